/** Softmax and the normalisations over the last axis. */
import type { Kernel, Kernels, Value } from "../value.ts"

/** What a function makes of each row of the last axis: it writes the row's results, by default as many as the row has. */
const rows = (
  x: Value,
  f: (row: Float64Array, into: Float64Array) => void,
  wide = x.shape[x.shape.length - 1],
): Float64Array => {
  const width = x.shape[x.shape.length - 1]
  const all = new Float64Array(width === 0 ? 0 : (x.data.length / width) * wide)
  for (let from = 0, to = 0; from < x.data.length; from += width, to += wide)
    f(x.data.subarray(from, from + width), all.subarray(to, to + wide))
  return all
}

/** One number for each row. */
const perRow = (x: Value, f: (row: Float64Array) => number): Float64Array =>
  rows(
    x,
    (row, into) => {
      into[0] = f(row)
    },
    1,
  )

/** log sum exp, without overflow. */
const logSumExp = (row: Float64Array): number => {
  let largest = row[0]
  for (let i = 1; i < row.length; i++) largest = Math.max(largest, row[i])
  let sum = 0
  for (let i = 0; i < row.length; i++) sum += Math.exp(row[i] - largest)
  return largest + Math.log(sum)
}

const moments = (row: Float64Array, epsilon: number) => {
  let sum = 0
  for (let i = 0; i < row.length; i++) sum += row[i]
  const centre = sum / row.length
  let squares = 0
  for (let i = 0; i < row.length; i++) squares += (row[i] - centre) ** 2
  return { centre, inverse: 1 / Math.sqrt(squares / row.length + epsilon) }
}

const layerNorm: Kernel = ({ inputs: [x, gain, bias], attributes: { epsilon } }) =>
  rows(x, (row, into) => {
    const { centre, inverse } = moments(row, epsilon)
    for (let i = 0; i < row.length; i++) into[i] = gain.data[i] * (row[i] - centre) * inverse + bias.data[i]
  })

const inverseSquare = (row: Float64Array, epsilon: number): number => {
  let squares = 0
  for (let i = 0; i < row.length; i++) squares += row[i] * row[i]
  return 1 / Math.sqrt(squares / row.length + epsilon)
}

export const normalization: Kernels = {
  softmax: ({ inputs: [x] }) =>
    rows(x, (row, into) => {
      const total = logSumExp(row)
      for (let i = 0; i < row.length; i++) into[i] = Math.exp(row[i] - total)
    }),
  logSoftmax: ({ inputs: [x] }) =>
    rows(x, (row, into) => {
      const total = logSumExp(row)
      for (let i = 0; i < row.length; i++) into[i] = row[i] - total
    }),
  layerNorm,
  rmsNorm: ({ inputs: [x, gain], attributes: { epsilon } }) =>
    rows(x, (row, into) => {
      const inverse = inverseSquare(row, epsilon)
      for (let i = 0; i < row.length; i++) into[i] = gain.data[i] * row[i] * inverse
    }),
  inverseSquare: ({ inputs: [, x], attributes: { epsilon } }) => perRow(x, (row) => inverseSquare(row, epsilon)),
  centre: ({ inputs: [, x] }) => perRow(x, (row) => moments(row, 0).centre),
  inverseDeviation: ({ inputs: [, x], attributes: { epsilon } }) => perRow(x, (row) => moments(row, epsilon).inverse),
}
