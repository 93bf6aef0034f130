/** Matrix products of the last two axes, batched and broadcast over the axes before; rotations of pairs. */
import { broadcast, countOf, type Kernels } from "../value.ts"

/** Which matrix of a batch each of the result's has, where batches broadcast. */
const matrices = (own: readonly number[], batch: readonly number[]): Float64Array =>
  broadcast({ shape: own, data: Float64Array.from({ length: countOf(own) }, (_, i) => i) }, batch)

export const product: Kernels = {
  matmul: ({ inputs: [a, b], attributes: { transposeA, transposeB, alpha }, shape }) => {
    const [m, n] = shape.slice(-2)
    const [rowsA, columnsA] = a.shape.slice(-2)
    const [rowsB, columnsB] = b.shape.slice(-2)
    const inner = transposeA ? rowsA : columnsA
    const [rowA, stepA] = transposeA ? [1, columnsA] : [columnsA, 1]
    const [stepB, columnB] = transposeB ? [1, columnsB] : [columnsB, 1]
    const result = new Float64Array(countOf(shape))
    const [left, right] = [a.data, b.data]
    const [startsA, startsB] = [a, b].map((x) => matrices(x.shape.slice(0, -2), shape.slice(0, -2)))
    for (let batch = 0; batch < startsA.length; batch++) {
      const [firstA, firstB] = [startsA[batch] * rowsA * columnsA, startsB[batch] * rowsB * columnsB]
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          let sum = 0
          for (let k = 0; k < inner; k++)
            sum += left[firstA + i * rowA + k * stepA] * right[firstB + k * stepB + j * columnB]
          result[(batch * m + i) * n + j] = alpha * sum
        }
      }
    }
    return result
  },
  rotate: ({ inputs: [x, cos, sin] }) => {
    const [rows, width] = x.shape
    const half = cos.shape[1]
    const result = new Float64Array(x.data.length)
    for (let row = 0; row < rows; row++)
      for (let head = 0; head < width; head += 2 * half)
        for (let i = 0; i < half; i++) {
          const at = row * width + head + i
          const [a, b] = [x.data[at], x.data[at + half]]
          const [c, s] = [cos.data[row * half + i], sin.data[row * half + i]]
          result[at] = a * c - b * s
          result[at + half] = b * c + a * s
        }
    return result
  },
}
