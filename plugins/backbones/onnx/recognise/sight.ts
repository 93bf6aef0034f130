/** Which tokens see which: all, those before, those near. It shows in the weights of an attention that are not 0. */
import { type Draft, evaluatedStretch } from "../draft.ts"
import type { Numbers } from "../numbers.ts"
import type { Node } from "../read.ts"
import type { Sample } from "../samples.ts"
import type { Ends } from "./attention_ends.ts"
import { drawn } from "./drawn.ts"
import { needed } from "./stretch.ts"

/** Who sees whom. */
export interface Sight {
  readonly causal: number
  /** -1: none. */
  readonly window: number
}

export const seeing =
  ({ causal, window }: Sight) =>
  (query: number, key: number): boolean =>
    (causal === 0 || key <= query) && (window < 0 || Math.abs(query - key) <= window)

export const drawnFor = (draft: Draft, values: readonly string[], sample: Sample): ReadonlyMap<string, Numbers> =>
  new Map(values.map((value, i) => [value, drawn(i + 1, draft.shapeAt(value, sample))]))

/** Which tokens see which, from the weights of one text that are not 0. */
export const sightOf = (
  draft: Draft,
  { q, k, v, softmax, heads }: Ends,
  within: readonly Node[],
  sample: Sample,
): Sight | undefined => {
  const { length } = sample
  const results = evaluatedStretch(
    draft,
    needed(within, softmax.outputs[0]),
    drawnFor(draft, [q, k, v], sample),
    sample,
  )
  const weights = (results.get(softmax.outputs[0]) as Numbers).data
  let [after, before] = [0, 0]
  for (let query = 0; query < length; query++)
    for (let key = 0; key < length; key++)
      if (weights[query * length + key] > 0) {
        after = Math.max(after, key - query)
        before = Math.max(before, query - key)
      }
  const sight = { causal: after === 0 ? 1 : 0, window: before === length - 1 ? -1 : before }
  return isSight(sight, weights, heads, sample) ? sight : undefined
}

/** Padding is never seen; what padding sees does not matter. */
export const isSight = (
  sight: Sight,
  weights: ArrayLike<number>,
  heads: number,
  { length, lengths }: Sample,
): boolean => {
  const sees = seeing(sight)
  return lengths.every((tokens, e) => {
    for (let h = 0; h < heads; h++)
      for (let query = 0; query < tokens; query++)
        for (let key = 0; key < length; key++)
          if (weights[((e * heads + h) * length + query) * length + key] > 0 !== (key < tokens && sees(query, key)))
            return false
    return true
  })
}
