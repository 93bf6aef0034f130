/** The nearest rows of a table, by Euclidean distance; of equals those that come first. */
import { rowsOf } from "../../../model/evaluate.ts"
import type { HostTensor } from "../../../plugin/index.ts"

/** Of row `indices[row]` of the queries: places of the k nearest, the nearest first. */
export const nearestRows = (
  queries: HostTensor,
  indices: Int32Array,
  table: HostTensor,
  k: number,
): ((row: number) => Int32Array) => {
  const { data } = rowsOf(queries, indices)
  const [count, width] = table.shape
  return (row) => {
    const distances = Float64Array.from({ length: count }, (_, n) => {
      let sum = 0
      for (let i = 0; i < width; i++) sum += (Number(data[row * width + i]) - Number(table.data[n * width + i])) ** 2
      return sum
    })
    return Int32Array.from({ length: count }, (_, n) => n)
      .sort((a, b) => distances[a] - distances[b] || a - b)
      .slice(0, k)
  }
}
