/**
 * TIES merging (Yadav et al. 2023, arXiv 2306.01708): of tau_i = theta_i - theta_0
 *   trim the entries below the largest `density` in magnitude,  elect the sign gamma = sgn(sum_i tau_i),
 *   theta = theta_0 + lambda mean of w_i tau_i over those i with sgn(tau_i) = gamma, entry by entry
 * The authors' code and mttl trim over all parameters of a module together; HF peft trims each array by itself, and its
 * `ties` works on the factors (`on: root_factors`), its `ties_svd` on the updates with a `rank`.
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
  required,
  Schema,
  sharesOf,
  type TaskVectors,
  TaskWeights,
  threshold,
  trimmed,
  vectorsOf,
  wholeWeights,
  words,
} from "../../src/plugin/index.ts"

/** By module: what is smaller in magnitude than the largest `density` of all its entries. */
const leastOf = (all: readonly TaskVectors[], density: number): readonly number[] =>
  all[0].tasks.map((_, module) => {
    const sizes = Float64Array.from(all.flatMap(({ of }) => Array.from(of(module), Math.abs)))
    return threshold(sizes, Math.floor(density * sizes.length))
  })

export default defineComposition({
  name: "ties",
  summary: "Trims small changes, elects a sign for each entry, averages those that agree (Yadav et al. 2023)",
  equation: "tau = lambda mean_{i: sgn(tau_i) = gamma} w_i tau_i, gamma = sgn(sum_i tau_i), tau_i trimmed",
  reference: "arXiv 2306.01708",
  checked:
    "HF PEFT 0.21: updates and states of ties and ties_svd; PyTorch by the formula: trimming over a whole module",
  options: Schema.Struct({
    density: optional(Fraction, 0.2, "part of the entries, the largest in magnitude, that stays"),
    within: optional(
      words("module", "array"),
      "module",
      "largest among all entries of a module, or among those of each array (peft)",
    ),
    election: optional(words("total", "frequency"), "total", "the sign of the sum, or that of most modules"),
    lambda: optional(Schema.Number, 1, "scale of the merged changes"),
    weights: TaskWeights,
    on: CoordinatesOf("updates"),
    rank: Schema.optionalKey(required(PositiveInt, "rank to which a merged update is cut; whole without it")),
  }),
  needs: ({ on }) => needsFor(on),
  tasks: ({ weights = {} }) => Object.keys(weights),
  weights: ({ weights, lambda }, tasks) => sharesOf(tasks, weights).map((share) => lambda * share),
  compose: ({ places }, { density, within, election, on, rank }) => {
    const least = within === "module" ? leastOf(vectorsOf(places, on), density) : undefined
    const trim = (tau: Float64Array, i: number) =>
      least ? tau.map((value) => (Math.abs(value) >= least[i] ? value : 0)) : trimmed(tau, density)
    return merged(
      wholeWeights(places),
      on,
      ({ tasks, weights, of }) =>
        elected(
          tasks.map((_, i) => trim(of(i), i)),
          weights,
          election,
        ),
      rank,
    )
  },
})
