/** A head that scores by the cosine of features and weights, as a linear one: s cos(phi, w_c) = (phi / |phi|) . (s w_c / |w_c|). */
import type { Head } from "../../../model/library.ts"
import type { HostTensor } from "../../../plugin/index.ts"

/** Rows [n, width] of length one. */
export const unitRows = ({ shape: [rows, width], data }: HostTensor): HostTensor => {
  const unit = new Float32Array(rows * width)
  for (let r = 0; r < rows; r++) scaled(data, unit, (i) => r * width + i, width, 1)
  return { shape: [rows, width], data: unit }
}

/** The columns of W [width, classes] of the length `scale`. */
export const unitColumns = ({ W, b }: Head, scale: number): Head => {
  const [width, classes] = W.shape
  const unit = new Float32Array(width * classes)
  for (let c = 0; c < classes; c++) scaled(W.data, unit, (i) => i * classes + c, width, scale)
  return { W: { shape: W.shape, data: unit }, b }
}

const scaled = (
  from: HostTensor["data"],
  into: Float32Array,
  at: (i: number) => number,
  count: number,
  length: number,
): void => {
  let squares = 0
  for (let i = 0; i < count; i++) squares += Number(from[at(i)]) ** 2
  for (let i = 0; i < count; i++) into[at(i)] = (length * Number(from[at(i)])) / Math.sqrt(Math.max(squares, 1e-24))
}
