/**
 * DARE (Yu et al. 2024, arXiv 2311.03099): drop and rescale before merging. Of tau_i = theta_i - theta_0
 *   tau_i' = m_i * tau_i / (1 - p),  m_i = 0 with probability p, so that E tau_i' = tau_i
 *   then linear: sum_i w_i tau_i';  or ties: the mean of w_i tau_i' over those that have the elected sign
 * HF peft's `dare_linear` and `dare_ties` work on the factors (`on: root_factors`), with `_svd` on the updates and a `rank`;
 * the authors' code trims after dropping too, which is `density` below 1.
 */
import {
  CoordinatesOf,
  defineComposition,
  elected,
  Fraction,
  merged,
  needsFor,
  optional,
  PositiveInt,
  type RandomStream,
  Rate,
  required,
  Schema,
  sharesOf,
  TaskWeights,
  trimmed,
  weighted,
  weightsOf,
  wholeWeights,
  words,
} from "../../src/plugin/index.ts"

/** m * tau / (1 - p) */
export const dropped = (tau: Float64Array, p: number, random: Pick<RandomStream, "uniform">): Float64Array =>
  tau.map((value) => (random.uniform() < p ? 0 : value / (1 - p)))

export default defineComposition({
  name: "dare",
  summary: "Drops changes by chance and rescales the rest before merging (Yu et al. 2024)",
  equation: "tau = sum_i w_i m_i tau_i / (1 - p), m_i ~ Bernoulli(1 - p); or the same under TIES",
  reference: "arXiv 2311.03099",
  checked: "HF PEFT 0.21: updates of dare_linear and dare_ties, given torch's masks; the mean over draws",
  options: Schema.Struct({
    drop: optional(Rate, 0.5, "p: part of the changes that is dropped; the paper drops up to 0.99 of large models'"),
    merge: optional(words("linear", "ties"), "linear", "how what is left is merged"),
    density: optional(Fraction, 1, "under `ties`, part of the entries that stays when they are trimmed"),
    election: optional(
      words("total", "frequency"),
      "total",
      "under `ties`, the sign of the sum, or that of most modules",
    ),
    weights: TaskWeights,
    on: CoordinatesOf("updates"),
    rank: Schema.optionalKey(required(PositiveInt, "rank to which a merged update is cut; whole without it")),
  }),
  needs: ({ on }) => needsFor(on),
  tasks: ({ weights = {} }) => Object.keys(weights),
  weights: ({ weights, merge }, tasks) =>
    merge === "linear" ? weightsOf(tasks, weights, 1 / tasks.length) : sharesOf(tasks, weights),
  compose: ({ places, stream }, { drop, merge, density, election, on, rank }) =>
    merged(
      merge === "linear" ? places : wholeWeights(places),
      on,
      (vectors) => {
        const { site, array, tasks, weights, of } = vectors
        const left = (tau: Float64Array, i: number) => dropped(tau, drop, stream(tasks[i], site, array))
        if (merge === "linear") return weighted(vectors, left)
        const voting = tasks.map((_, i) => trimmed(left(of(i), i), density))
        return elected(voting, weights, election)
      },
      rank,
    ),
})
