/**
 * Beam search: of all continuations of the `beams` best unfinished texts the likeliest go on. A finished text scores
 * log p(text) / length^penalty; a search ends when the best unfinished text could not score more than the worst of
 * `beams` finished ones at its present length.
 */
import type { TokenIds } from "../plugin/index.ts"
import { exact } from "../tensor/index.ts"
import type { Advance } from "./generation_step.ts"
import type { KeyValueCache } from "./key_value_cache.ts"

export interface GenerationOptions {
  /** Most tokens that are generated. */
  readonly newTokens: number
  /** The token that ends a text. */
  readonly end?: number
}

export interface BeamOptions extends GenerationOptions {
  readonly beams: number
  /** Above 0 longer texts are favoured, below 0 shorter ones; by default 1, the mean over the tokens. */
  readonly lengthPenalty?: number
}

interface Text {
  readonly tokens: readonly number[]
  /** Of an unfinished text the sum of log likelihoods, of a finished one that over length^penalty. */
  readonly score: number
}

interface Continued extends Text {
  /** Place of the text that it continues among the unfinished ones of its search. */
  readonly origin: number
}

interface Search {
  readonly open: readonly Text[]
  /** Best first, at most `beams`. */
  readonly finished: readonly Text[]
}

/** The best text of each prompt, the end token included where it was reached. */
export const beamSearch = async (
  prompts: readonly TokenIds[],
  { newTokens, end, beams, lengthPenalty = 1 }: BeamOptions,
  cache: KeyValueCache,
  advance: Advance,
): Promise<readonly TokenIds[]> => {
  const searches: Search[] = prompts.map(() => ({ open: [{ tokens: [], score: 0 }], finished: [] }))
  let next = prompts
  for (let n = 1; n <= newTokens && next.length > 0; n++) {
    const likelihoods = await advance(cache, next)
    const vocabulary = likelihoods.shape[1]
    const divisor = lengthPenalty === 1 ? n : exact.power(n, lengthPenalty)
    const origins: number[] = []
    let row = 0
    searches.forEach((search, i) => {
      if (search.open.length === 0) return
      const scores = likelihoods.data.subarray(row * vocabulary, (row + search.open.length) * vocabulary)
      const candidates = continued(search.open, scores as Float32Array, 2 * beams)
      const ends = (text: Text) => n === newTokens || text.tokens[n - 1] === end
      const finished = [
        ...search.finished,
        ...candidates
          .slice(0, beams)
          .filter(ends)
          .map(({ tokens, score }) => ({ tokens, score: score / divisor })),
      ]
        .sort((a, b) => b.score - a.score)
        .slice(0, beams)
      const open = candidates.filter((text) => !ends(text)).slice(0, beams)
      const done =
        open.length === 0 || (finished.length === beams && open[0].score / divisor <= finished[beams - 1].score)
      if (!done) for (const { origin } of open) origins.push(row + origin)
      row += search.open.length
      searches[i] = { open: done ? [] : open, finished }
    })
    cache.keep(origins)
    next = searches.flatMap(({ open }) => open.map(({ tokens }) => Int32Array.of(tokens[n - 1])))
  }
  return searches.map(({ finished }) => Int32Array.from(finished[0].tokens))
}

/** The `count` likeliest continuations by one token, best first; of equal ones that with the lower place. */
const continued = (open: readonly Text[], likelihoods: ArrayLike<number>, count: number): readonly Continued[] => {
  const vocabulary = likelihoods.length / open.length
  const best: { readonly at: number; readonly score: number }[] = []
  for (let at = 0; at < likelihoods.length; at++) {
    const score = open[Math.floor(at / vocabulary)].score + likelihoods[at]
    if (best.length === count && score <= best[count - 1].score) continue
    let place = best.length
    while (place > 0 && best[place - 1].score < score) place--
    best.splice(place, 0, { at, score })
    if (best.length > count) best.pop()
  }
  return best.map(({ at, score }) => {
    const origin = Math.floor(at / vocabulary)
    return { origin, score, tokens: [...open[origin].tokens, at % vocabulary] }
  })
}
