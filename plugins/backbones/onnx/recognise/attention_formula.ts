/** Attention written out, to compare with. */
import { countOf, type Numbers } from "../numbers.ts"
import type { Sample } from "../samples.ts"

/** softmax(scale q k^T) v in each head, over the tokens that are seen. */
export const attended = (
  [q, k, v]: readonly Numbers[],
  {
    heads,
    groups,
    scale,
    sample: { batch, length, lengths },
    sees,
  }: { heads: number; groups: number; scale: number; sample: Sample; sees: (query: number, key: number) => boolean },
): Float64Array => {
  const width = countOf(q.shape.slice(2)) / heads
  const result = new Float64Array(batch * length * heads * width)
  for (let e = 0; e < batch; e++)
    for (let h = 0; h < heads; h++) {
      const group = Math.floor((h * groups) / heads)
      for (let query = 0; query < lengths[e]; query++) {
        const from = ((e * length + query) * heads + h) * width
        const weights = Array.from({ length: lengths[e] }, (_, key) => {
          if (!sees(query, key)) return 0
          let dot = 0
          for (let i = 0; i < width; i++)
            dot += q.data[from + i] * k.data[((e * length + key) * groups + group) * width + i]
          return Math.exp(scale * dot)
        })
        const total = weights.reduce((a, b) => a + b, 0)
        for (let key = 0; key < lengths[e]; key++)
          for (let i = 0; i < width; i++)
            result[from + i] += (weights[key] / total) * v.data[((e * length + key) * groups + group) * width + i]
      }
    }
  return result
}

/** What lies at tokens, and not at padding. */
export const atTokens = (data: ArrayLike<number>, { length, lengths }: Sample, width: number): number[] =>
  lengths.flatMap((tokens, e) => Array.from({ length: tokens * width }, (_, i) => data[e * length * width + i]))
