/** A packed batch for tests: what is fed for the layout, given the number of tokens of each example. */
import type { HostTensor } from "../../src/tensor/index.ts"

export const layoutFeeds = (lengths: readonly number[]): Record<string, HostTensor> => {
  const tokens = lengths.reduce((a, b) => a + b, 0)
  const [examples, length] = [lengths.length, Math.max(...lengths)]
  const starts = lengths.map((_, e) => lengths.slice(0, e).reduce((a, b) => a + b, 0))
  const segment = new Int32Array(tokens)
  const unpad = new Int32Array(tokens)
  const positions = new Int32Array(tokens)
  const pad = new Int32Array(examples * length).fill(tokens)
  const mask = new Float32Array(examples * length)
  const mean = new Float64Array(examples * tokens)
  lengths.forEach((n, e) => {
    for (let i = 0; i < n; i++) {
      segment[starts[e] + i] = e
      positions[starts[e] + i] = i
      unpad[starts[e] + i] = e * length + i
      pad[e * length + i] = starts[e] + i
      mask[e * length + i] = 1
      mean[e * tokens + starts[e] + i] = 1 / n
    }
  })
  return {
    segment: { shape: [tokens], data: segment },
    unpad: { shape: [tokens], data: unpad },
    positions: { shape: [tokens], data: positions },
    pad: { shape: [examples, length], data: pad },
    mask: { shape: [examples, length], data: mask },
    mean: { shape: [examples, tokens], data: mean },
    first: { shape: [examples], data: Int32Array.from(starts) },
    last: { shape: [examples], data: Int32Array.from(starts, (start, e) => start + lengths[e] - 1) },
  }
}
