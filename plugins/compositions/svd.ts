/**
 * Truncated singular value decomposition, `add_weighted_adapter(combination_type="svd")` of HF peft:
 *   sum_i w_i s_i A_i B_i = U S V^T,   A = U_r S_r,  B = V_r^T
 * the best module of rank r in the Frobenius norm, at every site. Without `rank`: the largest rank among the modules.
 */
import {
  concatenated,
  defineComposition,
  factorsAt,
  PositiveInt,
  required,
  Schema,
  TaskWeights,
  truncated,
  weightsOf,
} from "../../src/plugin/index.ts"

export default defineComposition({
  name: "svd",
  summary: "The module of a given rank that is nearest to the weighted sum of the low-rank modules",
  equation: "A = U_r S_r, B = V_r^T of sum_i w_i s_i A_i B_i = U S V^T",
  reference: "HF peft add_weighted_adapter",
  checked: "HF PEFT 0.21: updates and states of svd",
  options: Schema.Struct({
    weights: TaskWeights,
    rank: Schema.optionalKey(required(PositiveInt, "rank of the result; without it the largest among the modules")),
  }),
  needs: () => ["factors"],
  tasks: ({ weights = {} }) => Object.keys(weights),
  weights: ({ weights }, tasks) => weightsOf(tasks, weights, 1 / tasks.length),
  compose: ({ places }, { rank }) => {
    const largest = Math.max(...places.flatMap((place) => factorsAt(place)!.map(({ A }) => A.shape[1])))
    return places.map((place) => {
      const weights = place.modules.map(({ weight }) => weight)
      return { factors: truncated(concatenated(factorsAt(place)!, weights), rank ?? largest) }
    })
  },
})
