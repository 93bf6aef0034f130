/**
 * Linear combination, as `add_weighted_adapter(combination_type="linear")` of HF peft and mttl's WeightedLinearMerge:
 *   updates        tau = sum_i w_i s_i A_i B_i: the sum of the modules' outputs, exactly
 *   factors        A = sum_i |w_i| A_i,  B = sum_i w_i B_i,  s as it was (mttl)
 *   root_factors   A = sum_i sign(w_i) sqrt(|w_i| s_i) A_i,  B = sum_i sqrt(|w_i| s_i) B_i,  s = 1 (peft)
 * With `density` below 1, each array keeps its largest entries first: peft's `magnitude_prune`.
 */
import {
  CoordinatesOf,
  defineComposition,
  Fraction,
  merged,
  needsFor,
  optional,
  PositiveInt,
  required,
  Schema,
  summed,
  TaskWeights,
  trimmed,
  weighted,
  weightsOf,
} from "../../src/plugin/index.ts"

export default defineComposition({
  name: "linear",
  summary: "A weighted sum of the modules' parameters, as HF peft and mttl combine LoRAs",
  equation:
    "A = sum_i sqrt(w_i s_i) A_i, B = sum_i sqrt(w_i s_i) B_i (peft); A = sum_i w_i A_i, B = sum_i w_i B_i (mttl)",
  reference: "HF peft add_weighted_adapter; arXiv 2405.11157",
  checked:
    "HF PEFT 0.21: updates and states of linear, magnitude_prune and magnitude_prune_svd; PyTorch by the formula: mttl's sums",
  options: Schema.Struct({
    weights: TaskWeights,
    on: CoordinatesOf("root_factors"),
    density: optional(Fraction, 1, "part of each array's entries, the largest in magnitude, that stays"),
    rank: Schema.optionalKey(
      required(PositiveInt, "where updates are trimmed: the rank to which their sum is cut; whole without it"),
    ),
  }),
  needs: ({ on }) => needsFor(on),
  tasks: ({ weights = {} }) => Object.keys(weights),
  weights: ({ weights }, tasks) => weightsOf(tasks, weights, 1 / tasks.length),
  compose: ({ places }, { on, density, rank }) =>
    density === 1
      ? summed(places, on)
      : merged(places, on, (vectors) => weighted(vectors, (tau) => trimmed(tau, density)), rank),
})
