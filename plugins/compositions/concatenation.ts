/**
 * Concatenation of low-rank modules, `add_weighted_adapter(combination_type="cat")` of HF peft:
 *   A = [A_1 | .. | A_N],  B = [w_1 s_1 B_1; ..; w_N s_N B_N]
 * It is the sum of the modules' outputs, exactly, at rank sum_i r_i.
 */
import { concatenated, defineComposition, factorsAt, Schema, TaskWeights, weightsOf } from "../../src/plugin/index.ts"

export default defineComposition({
  name: "concatenation",
  summary: "Low-rank modules side by side in one of the rank of all: the weighted sum of their outputs, exactly",
  equation: "A = [A_1 | .. | A_N], B = [w_1 s_1 B_1; ..; w_N s_N B_N]",
  reference: "HF peft add_weighted_adapter",
  checked: "HF PEFT 0.21: updates and states of cat; the kit: the sum of the outputs",
  options: Schema.Struct({ weights: TaskWeights }),
  needs: () => ["factors"],
  tasks: ({ weights = {} }) => Object.keys(weights),
  weights: ({ weights }, tasks) => weightsOf(tasks, weights, 1 / tasks.length),
  compose: ({ places }) =>
    places.map((place) => ({
      factors: concatenated(
        factorsAt(place)!,
        place.modules.map(({ weight }) => weight),
      ),
    })),
})
