/**
 * Sampling among the likeliest (Fan et al. 2018): a token is drawn among the k likeliest,
 *   q_i = p_i^(1/T) / sum_j p_j^(1/T)   over these k, of equal ones those with the lower place,
 * again and again. Each text is drawn from random numbers of its own: those that are written beside it do not change it.
 */
import type { TokenIds } from "../plugin/index.ts"
import { exact, type RandomStream } from "../tensor/index.ts"
import type { GenerationOptions } from "./beam_search.ts"
import type { Advance } from "./generation_step.ts"
import type { KeyValueCache } from "./key_value_cache.ts"
import { tokenByToken } from "./token_by_token.ts"

export interface SamplingOptions extends GenerationOptions {
  readonly topK: number
  readonly temperature: number
  /** Of each text. */
  readonly random: (text: number) => RandomStream
}

/** What follows each prompt, the end token included where it was drawn. */
export const sampled = (
  prompts: readonly TokenIds[],
  { random, topK, temperature, ...options }: SamplingOptions,
  cache: KeyValueCache,
  advance: Advance,
): Promise<readonly TokenIds[]> => {
  const streams = prompts.map((_, i) => random(i))
  return tokenByToken(prompts, options, cache, advance, ({ shape: [, vocabulary], data }, open) =>
    open.map((text, row) => {
      const likelihoods = data.subarray(row * vocabulary, (row + 1) * vocabulary) as Float32Array
      return drawn(distribution(likelihoods, { topK, temperature }), streams[text].uniform())
    }),
  )
}

/** The tokens that may be drawn, the likeliest first, and the probability of each. `likelihoods`: log p of every token. */
export const distribution = (
  likelihoods: ArrayLike<number>,
  { topK, temperature }: Pick<SamplingOptions, "topK" | "temperature">,
): readonly { readonly token: number; readonly probability: number }[] => {
  const likeliest = Array.from(likelihoods, (value, token) => ({ token, value }))
    .sort((a, b) => b.value - a.value || a.token - b.token)
    .slice(0, topK)
  const weights = likeliest.map(({ value }) => exact.exponential((value - likeliest[0].value) / temperature))
  const sum = weights.reduce((a, b) => a + b, 0)
  return likeliest.map(({ token }, i) => ({ token, probability: weights[i] / sum }))
}

/** The first token at which the sum of the probabilities exceeds u in (0, 1). */
const drawn = (among: ReturnType<typeof distribution>, u: number): number => {
  let sum = 0
  for (const { token, probability } of among) {
    sum += probability
    if (u < sum) return token
  }
  return among[among.length - 1].token
}
