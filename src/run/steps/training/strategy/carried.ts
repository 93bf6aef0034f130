/** What a stage leaves to the next besides its parameters, as arrays "carried/<kind>/<parameter>". */
import type { StoredArray } from "../../../../plan/step.ts"
import { described, isRecord } from "../../../../plugin/described.ts"
import { type Carried, type HostTensor, type Tensor, weight } from "../../../../plugin/index.ts"
import { StepError, type Work } from "../../../work.ts"
import { host } from "../../given.ts"

/** Arrays of a shared model that are no parameters. */
export const isBeside = (name: string): boolean => /^((carried|recorded|indices)\/|seen$)/.test(name)

export const carriedFrom = (work: Pick<Work, "inputs">): Carried<HostTensor> => {
  const kinds: Record<string, Record<string, HostTensor>> = {}
  for (const [name, array] of Object.entries(work.inputs("previous")[0]?.arrays ?? {})) {
    const [beside, kind, ...parameter] = name.split("/")
    if (beside === "carried") (kinds[kind] ??= {})[parameter.join("/")] = host(array)
  }
  return kinds
}

export const carriedTensors = (carried: Carried<HostTensor>): Carried<Tensor> =>
  mapped(carried, (array, name) => weight(name, array))

/** Throws StepError where a strategy leaves what is no array of numbers. */
export const storedCarried = (carried: unknown, strategy: string): Record<string, StoredArray> => {
  const wrong = (what: string): never => {
    throw new StepError(
      `the strategy "${strategy}" can't be carried out: its \`carries\` gives ${what}`,
      "return kinds, each with an array { shape, data } for each parameter, data a Float32Array; {} where nothing is left",
    )
  }
  if (!isRecord(carried)) return wrong(described(carried))
  for (const [kind, arrays] of Object.entries(carried)) {
    if (kind === "" || kind.includes("/")) wrong(`the kind ${JSON.stringify(kind)}: a kind is a word without "/"`)
    if (!isRecord(arrays)) wrong(`${described(arrays)} as "${kind}"`)
  }
  const arrays: Record<string, StoredArray> = {}
  mapped(carried as Carried<unknown>, (array, name) => {
    if (!isArray(array)) return wrong(`"${name}", which is no array of finite numbers in its shape`)
    arrays[name] = { shape: array.shape, data: array.data }
  })
  return arrays
}

const isArray = (array: unknown): array is StoredArray & { readonly data: Float32Array } =>
  isRecord(array) &&
  Array.isArray(array.shape) &&
  array.data instanceof Float32Array &&
  array.shape.reduce((size, n) => size * n, 1) === array.data.length &&
  array.data.every(Number.isFinite)

const mapped = <A, B>(carried: Carried<A>, image: (one: A, name: string) => B): Carried<B> =>
  Object.fromEntries(
    Object.entries(carried).map(([kind, arrays]) => [
      kind,
      Object.fromEntries(Object.entries(arrays).map(([name, one]) => [name, image(one, `carried/${kind}/${name}`)])),
    ]),
  )
