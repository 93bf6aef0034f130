/**
 * Correlation and assignment (Klimaszewski et al. 2024, arXiv 2403.18804), for backbones of unlike width or unlike features:
 *   C_ij = Pearson correlation of feature i of the target's states and feature j of the source's, [target width, source width],
 *          over positions of training texts where both networks read the same piece at the same index
 *   pi   = argmax over one-to-one maps of  sum_i C_i,pi(i)              the linear sum assignment problem
 *   A' = A[pi, :],   B' = B[:, pi]                                      as PyTorch writes them, down[:, pi] and up[pi, :]
 * with blocks as `skip` or `average` have them. Special tokens never agree, so what heads read of [CLS] alone has no say. A
 * feature that does not vary has no correlation, 0. Of a wider target the features that get no partner get nothing: zero.
 * The authors' code takes the map of what enters the query layer for what leaves a layer as well: `outputs: by_input`.
 */
import {
  defineTransfer,
  type HostTensor,
  keptLayers,
  optional,
  PositiveInt,
  Schema,
  sharedLayers,
  words,
} from "../../src/plugin/index.ts"

export default defineTransfer({
  name: "correlation",
  summary: "Features matched by the correlation of both backbones' states, one to one (Klimaszewski et al. 2024)",
  equation:
    "pi = argmax sum_i C_i,pi(i), C the Pearson correlations of features at like pieces; A' = A[pi, :], B' = B[:, pi]",
  reference: "arXiv 2403.18804",
  checked:
    "scipy.optimize.linear_sum_assignment and numpy.corrcoef; a planted permutation of a backbone's features is recovered",
  options: Schema.Struct({
    layers: optional(words("skip", "average"), "skip", "blocks of a deeper source: every k-th one, or the mean of k"),
    texts: optional(PositiveInt, 1000, "training texts that run through both backbones (the authors' readme has 100)"),
    outputs: optional(
      words("own", "by_input"),
      "own",
      "what leaves a layer goes by its own states, or, as in the authors' code, by those of what enters it",
    ),
  }),
  layers: (source, target, { layers }) => (layers === "skip" ? keptLayers : sharedLayers)(source, target),
  texts: ({ texts }) => texts,
  features: async (source, target) =>
    target.shape[0] < 2
      ? "the two backbones read no two pieces of these texts alike at the same index"
      : assigned(correlations(target, source)),
  goesBy: (axis, { outputs }) => (outputs === "own" ? axis : "x"),
})

/** Pearson correlations of the columns of two matrices with the same rows: [columns of a][columns of b]. */
export const correlations = (a: HostTensor, b: HostTensor): readonly Float64Array[] => {
  const rows = a.shape[0]
  const [left, right] = [standardised(a), standardised(b)]
  return left.map((x) =>
    Float64Array.from(right, (y) => {
      let sum = 0
      for (let r = 0; r < rows; r++) sum += x[r] * y[r]
      return sum
    }),
  )
}

/** Columns with mean 0 and length 1; those that do not vary are zero. */
const standardised = ({ shape: [rows, columns], data }: HostTensor): readonly Float64Array[] =>
  Array.from({ length: columns }, (_, c) => {
    const column = Float64Array.from({ length: rows }, (_, r) => Number(data[r * columns + c]))
    const mean = column.reduce((sum, x) => sum + x, 0) / rows
    const centred = column.map((x) => x - mean)
    const length = Math.sqrt(centred.reduce((sum, x) => sum + x * x, 0))
    return centred.map((x) => (length > 1e-12 * Math.sqrt(rows) * Math.abs(mean) ? x / length : 0))
  })

/** Of each row the column that it is given, each once, so that the sum of the gains is largest; -1 for rows that are left over. */
export const assigned = async (gains: readonly ArrayLike<number>[]): Promise<Int32Array> => {
  const { munkres } = await import("munkres")
  const columns = new Int32Array(gains.length).fill(-1)
  for (const [row, column] of munkres(gains.map((row) => Array.from(row, (gain) => -gain)))) columns[row] = column
  return columns
}
