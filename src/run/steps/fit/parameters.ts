/** The parameters of a router while it is fitted: drawn, or from where the stage before left them; what is kept of that stage stays. */
import { copyInto } from "../../../model/grown.ts"
import { drawn } from "../../../model/initial.ts"
import type { UnitTensors } from "../../../model/routed.ts"
import type { Artifact, StoredArray } from "../../../plan/step.ts"
import {
  add,
  type Constants,
  type HostTensor,
  type Initial,
  mul,
  parameter,
  randomStream,
  type Tensor,
  weight,
} from "../../../plugin/index.ts"
import { unitsIn } from "../given.ts"

export interface FitParameters {
  /** Names "unit/<unit>/<parameter>" and first values. */
  readonly start: ReadonlyMap<string, HostTensor>
  /** Leaves for the formula: constants beside parameters that are trained. */
  readonly leaves: UnitTensors
  /** The values that count, given those that training left. */
  readonly settled: (values: ReadonlyMap<string, Float32Array>) => Record<string, StoredArray>
}

export interface ToDraw {
  readonly initials: ReadonlyMap<string, Initial>
  readonly constants: Readonly<Record<string, Constants>>
  readonly previous: readonly Artifact[]
  /** Parameters of which the earlier part stays. */
  readonly keeps: readonly string[]
  readonly seed: number
  readonly name: string
}

export const fitParameters = ({ initials, constants, previous, keeps, seed, name }: ToDraw): FitParameters => {
  const start = new Map<string, HostTensor>(
    [...initials].map(([key, initial]) => [key, drawn(initial, randomStream(seed, "router", name, key))]),
  )
  const kept = new Map<string, Kept>()
  for (const artifact of previous)
    for (const [unit, parts] of Object.entries(unitsIn(artifact)))
      for (const [part, old] of Object.entries(parts)) {
        const fresh = start.get(`unit/${unit}/${part}`)
        if (!fresh) continue
        copyInto(old, fresh)
        if (keeps.includes(part)) kept.set(`unit/${unit}/${part}`, keptOf(old, fresh))
      }
  const leaf = (key: string, { shape }: HostTensor): Tensor => {
    const own = parameter(key, shape)
    const still = kept.get(key)
    return still ? add(mul(own, weight(`${key}/free`, still.free)), weight(`${key}/kept`, still.kept)) : own
  }
  return {
    start,
    leaves: (unit) => ({
      ...Object.fromEntries(
        Object.entries(constants[unit] ?? {}).map(([part, host]) => [part, weight(`unit/${unit}/${part}`, host)]),
      ),
      ...Object.fromEntries(
        [...start]
          .filter(([key]) => key.startsWith(`unit/${unit}/`))
          .map(([key, host]) => [key.split("/")[2], leaf(key, host)]),
      ),
    }),
    settled: (values) =>
      Object.fromEntries(
        [...start].map(([key, { shape }]) => {
          const data = values.get(key) as Float32Array
          const still = kept.get(key)
          return [key, { shape, data: still ? data.map((x, i) => x * at(still.free, i) + at(still.kept, i)) : data }]
        }),
      ),
  }
}

/** Zero and the value where an entry is kept, one and zero where it is free. */
interface Kept {
  readonly free: HostTensor
  readonly kept: HostTensor
}

const keptOf = (old: HostTensor, { shape, data }: HostTensor): Kept => {
  const size = data.length
  const free = { shape, data: new Float32Array(size).fill(1) }
  const kept = { shape, data: new Float32Array(size) }
  copyInto({ shape: old.shape, data: new Float32Array(old.data.length) }, free)
  copyInto(old, kept)
  return { free, kept }
}

const at = ({ data }: HostTensor, i: number): number => Number(data[i])
