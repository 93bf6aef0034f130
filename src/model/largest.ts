import type { HostTensor } from "../tensor/index.ts"

/** Index of the largest entry of each row of [rows, n]; the first of equals. */
export const largest = ({ shape, data }: HostTensor): Int32Array => {
  const width = data.length / shape[0]
  return Int32Array.from({ length: shape[0] }, (_, row) => {
    let best = 0
    for (let c = 1; c < width; c++) if (data[row * width + c] > data[row * width + best]) best = c
    return best
  })
}
