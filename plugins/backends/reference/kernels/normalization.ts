/** Softmax and the normalisations over the last axis. */
import type { Kernel, Kernels, Value } from "../value.ts"

/** Applies a function to each row of the last axis; it gives the row's results. */
const rows = (x: Value, f: (row: Float64Array) => ArrayLike<number>): Float64Array => {
  const width = x.shape[x.shape.length - 1]
  const results: ArrayLike<number>[] = []
  for (let start = 0; start < x.data.length; start += width) results.push(f(x.data.subarray(start, start + width)))
  const wide = results.length === 0 ? 0 : results[0].length
  const all = new Float64Array(results.length * wide)
  results.forEach((row, i) => all.set(row, i * wide))
  return all
}

/** log sum exp, without overflow. */
const logSumExp = (row: Float64Array): number => {
  const largest = row.reduce((a, b) => Math.max(a, b))
  return largest + Math.log(row.reduce((sum, value) => sum + Math.exp(value - largest), 0))
}

const moments = (row: Float64Array, epsilon: number) => {
  const centre = row.reduce((a, b) => a + b, 0) / row.length
  const variance = row.reduce((sum, value) => sum + (value - centre) ** 2, 0) / row.length
  return { centre, inverse: 1 / Math.sqrt(variance + epsilon) }
}

const layerNorm: Kernel = ({ inputs: [x, gain, bias], attributes: { epsilon } }) =>
  rows(x, (row) => {
    const { centre, inverse } = moments(row, epsilon)
    return row.map((value, i) => gain.data[i] * (value - centre) * inverse + bias.data[i])
  })

const inverseSquare = (row: Float64Array, epsilon: number): number =>
  1 / Math.sqrt(row.reduce((sum, value) => sum + value * value, 0) / row.length + epsilon)

export const normalization: Kernels = {
  softmax: ({ inputs: [x] }) =>
    rows(x, (row) => {
      const total = logSumExp(row)
      return row.map((value) => Math.exp(value - total))
    }),
  logSoftmax: ({ inputs: [x] }) =>
    rows(x, (row) => {
      const total = logSumExp(row)
      return row.map((value) => value - total)
    }),
  layerNorm,
  rmsNorm: ({ inputs: [x, gain], attributes: { epsilon } }) =>
    rows(x, (row) => {
      const inverse = inverseSquare(row, epsilon)
      return row.map((value, i) => gain.data[i] * value * inverse)
    }),
  inverseSquare: ({ inputs: [, x], attributes: { epsilon } }) => rows(x, (row) => [inverseSquare(row, epsilon)]),
  centre: ({ inputs: [, x] }) => rows(x, (row) => [moments(row, 0).centre]),
  inverseDeviation: ({ inputs: [, x], attributes: { epsilon } }) => rows(x, (row) => [moments(row, epsilon).inverse]),
}
