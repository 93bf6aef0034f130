/**
 * The program of one step of generation: further tokens of each example, given the keys and values of those before them,
 * and, where they answer a text that an encoder has read, those of the text.
 */
import type { Session, Site, TokenIds } from "../plugin/index.ts"
import {
  argmax,
  exampleRows,
  type HostTensor,
  input,
  type Layout,
  logSoftmax,
  mul,
  type Program,
  packedLayout,
  pool,
  program,
  type Rows,
  type Tensor,
  toPadded,
} from "../tensor/index.ts"
import { type Feeds, packed } from "./batch.ts"
import { nextTokenScores } from "./causal.ts"
import { encoder, type Network, type Participant } from "./encoder.ts"
import { asAnswers, encoderDecoder } from "./encoder_decoder.ts"
import { fed, type Keep, noting } from "./kept.ts"
import { type CachedArray, type KeyValueCache, maskName, START } from "./key_value_cache.ts"

/** Who takes part in the forward pass; values of whole prompts go through `keep`. */
export type Taking = (layout: Layout, keep: Keep) => Participant

/** What is read of the next token's scores: int [examples], the best one, or float [examples, vocabulary], log p of each. */
export type Reading = "best" | "likelihoods"

/** The mask of the texts that an encoder has read: [examples, text]. */
const TEXT_MASK = "text/mask"

export interface GenerationStep {
  /** Outputs "next", the new keys and values by their names in `cached`, and of a prompt what is kept of it. */
  readonly program: Program
  readonly cached: readonly CachedArray[]
  /** How many earlier tokens the attention sites see; Infinity: all. */
  readonly windows: readonly number[]
  /** Names of the values of each example that stay as its prompt gave them. */
  readonly kept: readonly string[]
  /** Further tokens join those of the prompts, and not those after them. */
  readonly joins: boolean
}

/** What is to be seen of the prompts besides: found when all has been traced. */
export type Watch = () => Readonly<Record<string, Tensor>>

/** Of prompts; or of what comes after them, given the step that read the prompts. */
export const generationStep = (
  network: Network,
  taking: Taking,
  reading: Reading,
  before?: GenerationStep,
  watch: Watch = () => ({}),
): GenerationStep => {
  const layout = packedLayout()
  const rows = exampleRows(layout)
  const cached: CachedArray[] = []
  const windows = new Set<number>()
  const outputs: Record<string, Tensor> = {}
  const stored = (name: string, x: Tensor): Tensor => {
    const width = x.shape[1] as number
    cached.push({ name, width })
    outputs[name] = toPadded(x)
    return input(`earlier/${name}`, ["examples", "earlier", width], "float", rows)
  }
  let answering = false
  const earlier: Participant["earlier"] = ({ name }, k, v, { window = Number.POSITIVE_INFINITY, relative }) => {
    if (network.backbone.decode && !answering) return undefined // an encoder reads its text at once
    windows.add(window)
    const mask = input(maskName(window), ["examples", "earlier"], "float", rows)
    const start = relative && { start: input(START, ["examples"], "int", rows) }
    return { keys: stored(`keys/${name}`, k), values: stored(`values/${name}`, v), mask, ...start }
  }
  const found = new Map<string, Tensor>()
  const participant = taking(layout, before ? fed(before.kept, layout) : noting(found))
  const ofText = (part: string, site: Site, x: Tensor): Tensor => {
    const name = `text/${part}/${site.name}`
    if (before) return input(name, ["examples", "text", x.shape[1]], "float", rows)
    found.set(name, toPadded(x))
    // with the tokens that joined the text
    found.set(TEXT_MASK, mul((x.rows as Rows).layout.mask, 1))
    return x
  }
  const text: Participant["text"] = (site, k, v) => ({
    keys: ofText("keys", site, k),
    values: ofText("values", site, v),
    ...(before ? { mask: input(TEXT_MASK, ["examples", "text"], "float", rows) } : {}),
  })
  const run = network.backbone.decode ? encoderDecoder : encoder
  let joins = false
  const join: Participant["join"] = (layer, e, read) => {
    const virtual = participant.join?.(layer, e, read) // who reads embeddings sees them here, whatever joins
    joins ||= virtual !== undefined
    return before ? undefined : virtual
  }
  const block: Participant["block"] = (layer, state, read) => {
    answering = read !== undefined
    participant.block?.(layer, state, read)
  }
  const { hidden } = run(network, { ...participant, block, join, earlier, text }, false, layout)
  const scores = nextTokenScores(network, pool("last", hidden))
  const next = reading === "best" ? argmax(scores) : logSoftmax(scores)
  return {
    program: program({ next, ...outputs, ...Object.fromEntries(found), ...(before ? {} : watch()) }),
    cached,
    windows: [...windows],
    kept: [...found.keys()],
    joins,
  }
}

/** Runs further tokens of each example, keeps their keys and values, and gives what is read of the next tokens. */
export type Advance = (cache: KeyValueCache, texts: readonly TokenIds[]) => Promise<HostTensor>

/**
 * `sessions`: of the step for prompts, and of that for what comes after them. `start`: where an encoder reads the prompts,
 * the token that a decoder begins with. `seen` is told the outputs of the prompts.
 */
export const advancing =
  (
    sessions: Readonly<Record<"prompt" | "later", Session>>,
    feeds: Feeds,
    start?: number,
    seen: (outputs: Feeds) => void = () => {},
  ): Advance =>
  async (cache, texts) => {
    const begins = start !== undefined && cache.empty
    const tokens = begins ? texts.map(() => Int32Array.of(start)) : texts
    const batch = further(tokens, cache.lengths)
    const outputs = await sessions[cache.empty ? "prompt" : "later"].run({
      ...feeds,
      ...(begins ? packed(texts) : {}),
      ...(start === undefined ? batch : asAnswers(batch)),
      ...cache.feeds(),
    })
    if (cache.empty) seen(outputs)
    cache.append(outputs, tokens)
    return outputs.next
  }

/** Feeds of tokens that come after so many others. */
const further = (texts: readonly TokenIds[], lengths: Int32Array): Feeds => {
  const batch = packed(texts)
  const [examples, positions] = [batch.segment.data, batch.positions.data] as [Int32Array, Int32Array]
  const data = positions.map((position, row) => position + lengths[examples[row]])
  return { ...batch, positions: { ...batch.positions, data } }
}
