/** What the steps read: values of other steps, weights, and steps of their own for what follows from the batch. */
import type { Dim, HostTensor } from "../../../src/plugin/index.ts"
import { type BatchValue, batchValueOf } from "./batch_values.ts"
import type { Draft } from "./draft.ts"
import type { Step } from "./graph.ts"
import { hostOf, type Numbers } from "./numbers.ts"
import type { Node } from "./read.ts"
import type { Sample } from "./samples.ts"

export interface Operands {
  readonly weights: Record<string, HostTensor>
  /**
   * The name under which a step of a node reads a value, in a result of some rank (0: as it is).
   * `as`: the canonical name, where it is a weight. Throws RangeError.
   */
  readonly read: (value: string, node: Node, rank: number, as?: string) => string
}

const POSITIONS = "embeddings.position"

/** `write`: where the steps go that a value needs before it is read. */
export const operandsOf = (draft: Draft, longest: Sample, write: (step: Step) => void): Operands => {
  const weights: Record<string, HostTensor> = {}
  const written = new Map<string, string>()

  const weight = (name: string, value: Numbers): string => {
    weights[name] = hostOf(value)
    return `@${name}`
  }

  /** Arrays of floats are weights; single numbers, and whole ones, are written into the steps. */
  const constant = (name: string, value: Numbers, { name: node }: Node): string => {
    const { dtype, shape, data } = value
    if (dtype === "float" && data.length > 1) return weight(name, value)
    if (shape.length > 1 && data.length > 1) throw new RangeError(`its input "${name}" is an array of whole numbers`)
    const output = `${name}/literal`
    const settings = { values: [...data], dtype }
    write({ op: "Literal", node, inputs: [], output, shape: data.length > 1 ? shape : [], settings })
    return output
  }

  const derived = (
    value: string,
    found: Exclude<BatchValue, { kind: "constant" }>,
    node: Node,
    rank: number,
  ): string => {
    const own = draft.dims(value)
    const shape: Dim[] = [...new Array(Math.max(0, rank - own.length)).fill(1), ...own]
    if (shape[0] === "length") shape.unshift("examples")
    else if (!shape.includes("examples")) shape[0] = "examples"
    const output = `${value}/rank ${rank}`
    if (found.kind === "table") {
      const embedded = node.op === "Add" && found.value.shape.length === 2 && !weights[POSITIONS]
      const table = weight(embedded ? POSITIONS : value, found.value)
      write({ op: "AtPositions", node: node.name, inputs: [table], output, shape, settings: {} })
    } else {
      const { sees, yes, no, dtype } = found
      write({ op: "Mask", node: node.name, inputs: [], output, shape, settings: { sees, yes, no, dtype } })
    }
    return output
  }

  const read: Operands["read"] = (value, node, rank, as) => {
    if (!draft.known(value)) return value
    const key = `${value} ${as ?? ""} ${rank}`
    const before = written.get(key)
    if (before) return before
    const found = batchValueOf(draft, value, longest)
    if (!found)
      throw new RangeError(
        `its input "${value}" follows from the batch in a way that is not recognised: neither constant, nor by position, nor a mask of the tokens`,
      )
    const name =
      found.kind === "constant" ? constant(as ?? value, found.value, node) : derived(value, found, node, rank)
    written.set(key, name)
    return name
  }

  return { weights, read }
}
