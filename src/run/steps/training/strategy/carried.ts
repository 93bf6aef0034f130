/** What a stage leaves to the next besides its parameters, as arrays "carried/<kind>/<parameter>". */
import type { StoredArray } from "../../../../plan/step.ts"
import { type Carried, type HostTensor, type Tensor, weight } from "../../../../plugin/index.ts"
import { StepError, type Work } from "../../../work.ts"
import { host } from "../../given.ts"

/** Arrays of a shared model that are no parameters. */
export const isBeside = (name: string): boolean => /^(carried|recorded)\//.test(name)

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
export const storedCarried = (carried: Carried<HostTensor>, strategy: string): Record<string, StoredArray> => {
  const arrays: Record<string, StoredArray> = {}
  mapped(carried, ({ shape, data }, name) => {
    const size = shape?.reduce((a, b) => a * b, 1)
    if (size === undefined || size !== data?.length || !(data as Float32Array).every(Number.isFinite))
      throw new StepError(
        `the strategy "${strategy}" leaves "${name}", which is no array of finite numbers in its shape`,
        "let `carries` give { shape, data } for each parameter",
      )
    arrays[name] = { shape, data: data as Float32Array }
  })
  return arrays
}

const mapped = <A, B>(carried: Carried<A>, image: (one: A, name: string) => B): Carried<B> =>
  Object.fromEntries(
    Object.entries(carried).map(([kind, arrays]) => [
      kind,
      Object.fromEntries(Object.entries(arrays).map(([name, one]) => [name, image(one, `carried/${kind}/${name}`)])),
    ]),
  )
