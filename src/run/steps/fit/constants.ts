/** What `prepare` and `statistics` of a plugin give, checked where it is made: a wrong number would only be noticed many steps later. */
import { described, isRecord } from "../../../plugin/described.ts"
import type { Constants } from "../../../plugin/index.ts"
import { StepError } from "../../work.ts"

/** Whose function gave it. */
export interface Maker {
  readonly kind: "router" | "probe"
  readonly name: string
  readonly made: "prepare" | "statistics"
  /** The routing unit that it was made for, where it is made for each. */
  readonly unit?: string
}

const ARRAYS = [Float32Array, Float64Array, Int32Array, Uint8Array]

/** Arrays by name, each with as many finite numbers as its shape says. Throws StepError. */
export const checkedConstants = (given: unknown, { kind, name, made, unit }: Maker): Constants => {
  const where = `\`${made}\` of the ${kind} "${name}"${unit === undefined || unit === "model" ? "" : ` (${unit})`}`
  if (!isRecord(given))
    throw new StepError(
      `${where} gives ${described(given)} where an object of arrays by name is needed`,
      `return { name: { shape, data }, ... }${kind === "router" && made === "prepare" ? ", or a text that says why this library can't be served" : ""}`,
    )
  for (const [field, value] of Object.entries(given)) {
    const wrong = whatIsWrong(value)
    if (wrong) throw new StepError(`${where}: "${field}" ${wrong.what}`, wrong.help)
  }
  return given as Constants
}

interface Wrong {
  readonly what: string
  readonly help: string
}

const whatIsWrong = (value: unknown): Wrong | undefined => {
  const form = "give { shape: [rows, columns], data: new Float32Array([...]) }, row after row"
  if (!isRecord(value)) return { what: `is ${described(value)}, no array with its shape`, help: form }
  const { shape, data } = value as { shape?: unknown; data?: unknown }
  if (!Array.isArray(shape) || !shape.every((size) => Number.isInteger(size) && size >= 0))
    return { what: `has the shape ${described(shape)}, no list of sizes`, help: form }
  if (!ARRAYS.some((array) => data instanceof array))
    return { what: `has ${described(data)} as data, no typed array of numbers`, help: form }
  const numbers = data as Float64Array
  const length = shape.reduce((product, size) => product * size, 1)
  if (numbers.length !== length)
    return {
      what: `has ${numbers.length} number${numbers.length === 1 ? "" : "s"}, its shape [${shape.join(", ")}] ${length}`,
      help: "shape and data belong together: the data is as long as the product of the shape",
    }
  const at = numbers.findIndex((number) => !Number.isFinite(number))
  if (at < 0) return undefined
  return {
    what: `has ${numbers[at]} at ${placeIn(shape, at)}`,
    help: "constants are finite: look for a division by zero (a task or class without examples, a spread of 0) or the logarithm of 0; a large number such as -1e30 stands for infinity",
  }
}

/** The index of the n-th number, as the author would write it. */
const placeIn = (shape: readonly number[], n: number): string => {
  const indices: number[] = []
  let rest = n
  for (const size of [...shape].reverse()) {
    indices.unshift(rest % size)
    rest = Math.floor(rest / size)
  }
  return `[${indices.join(", ")}]`
}
