/**
 * Generation with a decoder, token by token. Keys and values of earlier tokens are kept, so that a step computes the new
 * token alone; adapters take part as they do in training. What is generated is what computing everything anew would give.
 */
import type { Engine, Session, TokenIds } from "../plugin/index.ts"
import type { Feeds } from "./batch.ts"
import { type BeamOptions, beamSearch, type GenerationOptions } from "./beam_search.ts"
import type { Network, Participant } from "./encoder.ts"
import { type Advance, advancing, type GenerationStep, generationStep, type Reading } from "./generation_step.ts"
import { KeyValueCache } from "./key_value_cache.ts"

export type { BeamOptions, GenerationOptions }

/** Gives what follows each prompt, the end token included where it was reached. A prompt has at least one token. */
export interface Generator {
  /** The likeliest next token, again and again. */
  readonly greedy: (prompts: readonly TokenIds[], options: GenerationOptions) => Promise<readonly TokenIds[]>
  /** The best text that beam search finds. */
  readonly beams: (prompts: readonly TokenIds[], options: BeamOptions) => Promise<readonly TokenIds[]>
  readonly release: () => Promise<void>
}

/** A program is compiled when it is first needed. `feeds`: values of parameters, where the participant has such. */
export const generator = (
  engine: Engine,
  network: Network,
  participant: Participant = {},
  feeds: Feeds = {},
): Generator => {
  const opened = new Map<Reading, { readonly step: GenerationStep; readonly session: Promise<Session> }>()
  const open = async (reading: Reading, examples: number): Promise<[KeyValueCache, Advance]> => {
    let known = opened.get(reading)
    if (known === undefined) {
      const step = generationStep(network, participant, reading)
      known = { step, session: engine.compile(step.program) }
      opened.set(reading, known)
    }
    const { cached, windows } = known.step
    return [new KeyValueCache(cached, windows, examples), advancing(await known.session, feeds)]
  }
  return {
    greedy: async (prompts, options) => greedy(prompts, options, ...(await open("best", prompts.length))),
    beams: async (prompts, options) => beamSearch(prompts, options, ...(await open("likelihoods", prompts.length))),
    release: async () => {
      for (const { session } of opened.values()) await (await session).release()
      opened.clear()
    },
  }
}

const greedy = async (
  prompts: readonly TokenIds[],
  { newTokens, end }: GenerationOptions,
  cache: KeyValueCache,
  advance: Advance,
): Promise<readonly TokenIds[]> => {
  const texts: number[][] = prompts.map(() => [])
  let open = prompts.map((_, i) => i)
  let next = prompts
  for (let n = 0; n < newTokens && open.length > 0; n++) {
    const tokens = Array.from((await advance(cache, next)).data, Number)
    tokens.forEach((token, row) => texts[open[row]].push(token))
    const going = tokens.flatMap((token, row) => (token === end ? [] : [row]))
    cache.keep(going)
    open = going.map((row) => open[row])
    next = going.map((row) => Int32Array.of(tokens[row]))
  }
  return texts.map((tokens) => Int32Array.from(tokens))
}
