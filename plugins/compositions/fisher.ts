/**
 * Fisher merging (Matena and Raffel 2022, arXiv 2111.09832): parameters are averaged by how much a module depends on each,
 *   theta = theta_0 + sum_i w_i F_i (theta_i - theta_0) / sum_j w_j F_j,   F_i = E_x E_{y ~ p_i(y|x)} (d log p_i(y|x) / d theta)^2
 * over training texts x of the module's task. `floor` is added to each F, so that what no module depends on is averaged.
 */
import {
  defineComposition,
  merged,
  NonNegativeNumber,
  optional,
  PositiveInt,
  Schema,
  TaskWeights,
  weightsOf,
  words,
} from "../../src/plugin/index.ts"

export default defineComposition({
  name: "fisher",
  summary: "Averages parameters by the diagonal of each module's Fisher information (Matena and Raffel 2022)",
  equation: "theta = sum_i w_i F_i theta_i / sum_j w_j F_j",
  reference: "arXiv 2111.09832",
  checked: "PyTorch: the information by autograd, both labels, and the merge by the formula",
  options: Schema.Struct({
    weights: TaskWeights,
    examples: optional(PositiveInt, 64, "training texts of each task that the information is estimated on"),
    labels: optional(
      words("expected", "given"),
      "expected",
      "the expectation over the labels that the module predicts, or the given label alone (the empirical Fisher)",
    ),
    floor: optional(NonNegativeNumber, 1e-6, "added to each entry of the information"),
  }),
  needs: () => ["alike"],
  fisher: ({ examples, labels }) => ({ examples, labels }),
  tasks: ({ weights = {} }) => Object.keys(weights),
  weights: ({ weights }, tasks) => {
    const all = weightsOf(tasks, weights, 1)
    const sum = all.reduce((a, b) => a + b, 0) || 1
    return all.map((weight) => weight / sum)
  },
  compose: ({ places }, { floor }) =>
    places.flatMap((place) => {
      const plain = { ...place, modules: place.modules.map(({ factors: _, ...one }) => one) }
      return merged([plain], "updates", ({ array, weights, of, shape }) => {
        const taus = weights.map((_, i) => of(i))
        const F = place.modules.map(({ fisher }) => fisher![array].data as Float64Array)
        return Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, k) => {
          let [above, below] = [0, 0]
          weights.forEach((weight, i) => {
            above += weight * (F[i][k] + floor) * taus[i][k]
            below += weight * (F[i][k] + floor)
          })
          return below === 0 ? 0 : above / below
        })
      })
    }),
})
