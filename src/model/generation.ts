/**
 * Generation with a decoder, token by token; what is written goes on after the prompt, or answers it where an encoder reads it. Keys and values of earlier tokens are kept, so that a step computes the new
 * token alone; adapters take part as they do in training. What is generated is what computing everything anew would give.
 */
import type { Engine, Session, TokenIds } from "../plugin/index.ts"
import type { Feeds } from "./batch.ts"
import { type BeamOptions, beamSearch, type GenerationOptions } from "./beam_search.ts"
import type { Network } from "./encoder.ts"
import { startOf } from "./encoder_decoder.ts"
import {
  advancing,
  type GenerationStep,
  generationStep,
  type Reading,
  type Taking,
  type Watch,
} from "./generation_step.ts"
import { KeyValueCache } from "./key_value_cache.ts"
import { type SamplingOptions, sampled } from "./sampling.ts"
import { tokenByToken } from "./token_by_token.ts"

export type { BeamOptions, GenerationOptions, SamplingOptions }

/**
 * Gives what follows each prompt, the end token included where it was reached. A prompt has at least one token.
 * `given`: values of each prompt that what takes part reads, [prompts, ..].
 */
export interface Generator {
  /** The likeliest next token, again and again. */
  readonly greedy: (
    prompts: readonly TokenIds[],
    options: GenerationOptions,
    given?: Feeds,
  ) => Promise<readonly TokenIds[]>
  /** The best text that beam search finds. */
  readonly beams: (prompts: readonly TokenIds[], options: BeamOptions, given?: Feeds) => Promise<readonly TokenIds[]>
  /** Each token drawn among the likeliest. */
  readonly sampled: (
    prompts: readonly TokenIds[],
    options: SamplingOptions,
    given?: Feeds,
  ) => Promise<readonly TokenIds[]>
  readonly release: () => Promise<void>
}

/** What is watched of the prompts: further outputs, and who is told of them, once for each call. */
export interface Watching {
  readonly watch: Watch
  readonly seen: (outputs: Feeds) => void
}

/**
 * `taking`: what takes part, an adapter or a routed library; `feeds`: values of its parameters, where it has such.
 * Programs are compiled when they are first needed: one, or two where something of the prompt is kept.
 */
export const generator = (
  engine: Engine,
  network: Network,
  taking: Taking = () => ({}),
  feeds: Feeds = {},
  watching?: Watching,
): Generator => {
  const opened = new Map<Reading, Promise<Opened>>()
  const open = async (reading: Reading, prompts: readonly TokenIds[], given: Feeds = {}) => {
    if (!opened.has(reading)) opened.set(reading, compiled(engine, network, taking, reading, watching?.watch))
    const { step, sessions } = await (opened.get(reading) as Promise<Opened>)
    const start = network.backbone.decode && startOf(network)
    const cache = new KeyValueCache(step, prompts.length, given)
    return [cache, advancing(sessions, feeds, start, watching?.seen)] as const
  }
  return {
    greedy: async (prompts, options, given) =>
      tokenByToken(prompts, options, ...(await open("best", prompts, given)), ({ data }) => Array.from(data, Number)),
    beams: async (prompts, options, given) =>
      beamSearch(prompts, options, ...(await open("likelihoods", prompts, given))),
    sampled: async (prompts, options, given) =>
      sampled(prompts, options, ...(await open("likelihoods", prompts, given))),
    release: async () => {
      for (const one of opened.values())
        for (const session of new Set(Object.values((await one).sessions))) await session.release()
      opened.clear()
    },
  }
}

interface Opened {
  readonly step: GenerationStep
  readonly sessions: Readonly<Record<"prompt" | "later", Session>>
}

const compiled = async (
  engine: Engine,
  network: Network,
  taking: Taking,
  reading: Reading,
  watch?: Watch,
): Promise<Opened> => {
  const step = generationStep(network, taking, reading, undefined, watch)
  const prompt = await engine.compile(step.program)
  const later =
    step.kept.length === 0 && !step.joins && !watch
      ? prompt
      : await engine.compile(generationStep(network, taking, reading, step).program)
  return { step, sessions: { prompt, later } }
}
