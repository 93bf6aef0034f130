/**
 * Task vectors: what training has changed, tau_i = theta_i - theta_0, array by array, and their combination.
 * Low-rank modules s A B can be combined in three sets of coordinates:
 *   updates        tau_i = s_i A_i B_i                                  weights w_i
 *   factors        A_i and B_i apart (as mttl and Zhang et al. 2023)     weights |w_i| on A, w_i on B; s stays
 *   root_factors   A_i and B_i apart (as HF peft)                        weights sign(w_i) sqrt(|w_i| s_i) on A, sqrt(|w_i| s_i) on B; s = 1
 * The sign stands on one factor alone, because (-A)(-B) = A B. Other modules are combined parameter by parameter.
 */
import type { HostTensor } from "../tensor/index.ts"
import type { Composed, CompositionNeed, LowRank, SiteModules } from "./composition.ts"
import { concatenated, product, truncated } from "./low_rank.ts"
import { optional, required, Schema, words } from "./options.ts"

export type Coordinates = "updates" | "factors" | "root_factors"

/** The option that says in which coordinates low-rank modules are combined. */
export const CoordinatesOf = (fallback: Coordinates) =>
  optional(
    words("updates", "factors", "root_factors"),
    fallback,
    "what is combined of low-rank modules: the updates s A B, the factors A and B apart, or these with weights under a root, as HF peft does it",
  )

/** The option that gives each task its weight. */
export const TaskWeights = Schema.optionalKey(
  required(
    Schema.Record(Schema.String, Schema.Number),
    "the weight of each task, as in { living: 0.7, deeds: 0.3 }; tasks that are not named have none",
  ),
)

/** Of each task its own weight; where none is written, the same for all. */
export const weightsOf = (
  tasks: readonly string[],
  weights: Readonly<Record<string, number>> | undefined,
  same: number,
): readonly number[] => tasks.map((task) => (weights ? (weights[task] ?? 0) : same))

/** The same as shares of a mean over the tasks that have one. */
export const sharesOf = (
  tasks: readonly string[],
  weights: Readonly<Record<string, number>> | undefined,
): readonly number[] => {
  const all = weightsOf(tasks, weights, 1)
  const taking = all.filter((weight) => weight !== 0).length
  return all.map((weight) => weight / Math.max(1, taking))
}

/** The weights that `sharesOf` has divided, whole again: of what is averaged entry by entry. */
export const wholeWeights = (places: readonly SiteModules[]): readonly SiteModules[] =>
  places.map((place) => ({
    ...place,
    modules: place.modules.map((one) => ({ ...one, weight: one.weight * place.modules.length })),
  }))

/** Parameters that are combined number by number must mean the same thing in all modules. */
export const needsFor = (on: Coordinates): readonly CompositionNeed[] => (on === "updates" ? [] : ["alike"])

/** One array of all modules. */
export interface TaskVectors {
  readonly site: string
  readonly array: string
  readonly shape: readonly number[]
  readonly tasks: readonly string[]
  readonly weights: readonly number[]
  /** tau of a module, by its place among the tasks; made when it is asked for. */
  readonly of: (module: number) => Float64Array
}

/** Every array in which the modules are combined. */
export const vectorsOf = (places: readonly SiteModules[], on: Coordinates): readonly TaskVectors[] =>
  places.flatMap((place) => vectorsAt(place, on))

/** The places, with every array replaced by what `merge` makes of its task vectors; a whole update is cut to a rank, where one is given. */
export const merged = (
  places: readonly SiteModules[],
  on: Coordinates,
  merge: (vectors: TaskVectors) => Float64Array,
  rank?: number,
): readonly Composed[] =>
  places.map((place): Composed => {
    const arrays = Object.fromEntries(
      vectorsAt(place, on).map((vectors) => [vectors.array, { shape: vectors.shape, data: merge(vectors) }]),
    )
    const factors = factorsAt(place)
    if (!factors)
      return {
        parameters: Object.fromEntries(Object.entries(arrays).map(([name, tau]) => [name, from(place, name, tau)])),
      }
    if (on === "updates")
      return rank === undefined ? { update: arrays.update } : { factors: truncated(arrays.update, rank) }
    return { factors: { A: arrays.A, B: arrays.B, scale: on === "factors" ? factors[0].scale : 1 } }
  })

/** sum_i w_i tau_i. Of low-rank updates it is kept as factors, exactly. */
export const summed = (places: readonly SiteModules[], on: Coordinates): readonly Composed[] =>
  places.map((place) => {
    const factors = factorsAt(place)
    if (factors && on === "updates")
      return {
        factors: concatenated(
          factors,
          place.modules.map(({ weight }) => weight),
        ),
      }
    return merged([place], on, weighted)[0]
  })

/** sum_i w_i tau_i of one array. */
export const weighted = (vectors: TaskVectors, change: (tau: Float64Array, module: number) => Float64Array = same) => {
  const sum = new Float64Array(vectors.shape.reduce((a, b) => a * b, 1))
  vectors.weights.forEach((weight, i) => {
    if (weight === 0) return
    const tau = change(vectors.of(i), i)
    for (let k = 0; k < sum.length; k++) sum[k] += weight * tau[k]
  })
  return sum
}

const same = (tau: Float64Array): Float64Array => tau

/** The low-rank updates at a place, where all modules have one. */
export const factorsAt = ({ modules }: SiteModules): readonly LowRank[] | undefined => {
  const found = modules.flatMap(({ factors }) => factors ?? [])
  return found.length === modules.length && found.length > 0 ? found : undefined
}

const vectorsAt = (place: SiteModules, on: Coordinates): readonly TaskVectors[] => {
  const { site, modules, origins } = place
  const tasks = modules.map(({ task }) => task)
  const weights = modules.map(({ weight }) => weight)
  const factors = factorsAt(place)
  if (!factors)
    return Object.entries(modules[0].parameters).map(([array, { shape }]) => ({
      site,
      array,
      shape,
      tasks,
      weights,
      of: (i) => distance(modules[i].parameters[array], origins[array]),
    }))
  if (on === "updates") {
    const shape = [factors[0].A.shape[0], factors[0].B.shape[1]]
    return [{ site, array: "update", shape, tasks, weights, of: (i) => product(factors[i]) }]
  }
  const size = (i: number) =>
    on === "factors" ? Math.abs(weights[i]) : Math.sqrt(Math.abs(weights[i]) * factors[i].scale)
  return (["A", "B"] as const).map((array) => ({
    site,
    array,
    shape: factors[0][array].shape,
    tasks,
    weights: weights.map((weight, i) => size(i) * (array === SIGNED[on] && weight < 0 ? -1 : 1)),
    of: (i) => numbers(factors[i][array]),
  }))
}

/** The factor that bears the sign of a weight. */
const SIGNED = { factors: "B", root_factors: "A" } as const

const numbers = ({ data }: HostTensor): Float64Array => Float64Array.from(data as Float64Array)

const distance = ({ data }: HostTensor, origin?: HostTensor): Float64Array =>
  Float64Array.from(data as Float64Array, (value, k) => value - (origin ? Number(origin.data[k]) : 0))

/** theta_0 + tau */
const from = ({ origins }: SiteModules, name: string, tau: HostTensor): HostTensor => {
  const origin = origins[name]
  if (!origin) return tau
  return { ...tau, data: Float64Array.from(tau.data as Float64Array, (value, k) => value + Number(origin.data[k])) }
}
