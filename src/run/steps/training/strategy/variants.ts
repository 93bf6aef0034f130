/** Texts that a strategy makes of those of a stage, in the frame of special tokens that the network's own tokenizer gives a text. */
import type { Network } from "../../../../model/encoder.ts"
import { described } from "../../../../plugin/described.ts"
import { DataError, randomStream, type Strategy, type TokenIds, type Variants } from "../../../../plugin/index.ts"
import { StepError } from "../../../work.ts"
import type { SharedOptions } from "./shared_options.ts"

/** What stands before a text, and after it. */
export interface Frame {
  readonly before: TokenIds
  readonly after: TokenIds
}

/** A text of a task, by its place among the training texts of that. */
interface Text {
  readonly text: TokenIds
  readonly task: number
  readonly index: number
}

/** All of the first kind, then all of the second, ...; random numbers of a text go by seed, stage and text alone. */
export const variantsOf = <One extends Text>(
  net: Network,
  strategy: Strategy,
  { strategy: { options }, seed, stage }: SharedOptions,
  texts: readonly One[],
): { readonly count: number; readonly texts: readonly One[] } => {
  const variants = strategy.variants?.(options)
  if (!variants || texts.length === 0) return { count: 0, texts: [] }
  const frame = frameOf(net)
  const words = texts.map(({ text }) => withoutFrame(text, frame))
  const made = texts.map(({ task, index }, i) => {
    const random = randomStream(seed, "variants", stage, task, index)
    const other = texts.length > 1 ? (i + 1 + random.below(texts.length - 1)) % texts.length : i
    const given = variants.of({ words: words[i], other: words[other], random })
    return checked(strategy, variants, given).map((pieces) => framed(pieces, frame, net.checkpoint.maxTokens))
  })
  return {
    count: variants.count,
    texts: Array.from({ length: variants.count }, (_, v) =>
      texts.map((one, i) => ({ ...one, text: made[i][v] })),
    ).flat(),
  }
}

/** By a text without words, and one that has some: what both begin with stands before, the rest after. */
export const frameOf = ({ backbone, checkpoint }: Network): Frame => {
  const [some] = backbone.tokenize(["a"], checkpoint)
  let empty: TokenIds
  try {
    ;[empty] = backbone.tokenize([""], checkpoint)
  } catch (error) {
    // A tokenizer that puts nothing around texts has no token for this one.
    if (error instanceof DataError) return { before: some.slice(0, 0), after: some.slice(0, 0) }
    throw error
  }
  const differs = empty.findIndex((id, i) => some[i] !== id)
  const at = differs < 0 ? empty.length : differs
  return { before: empty.slice(0, at), after: empty.slice(at) }
}

const withoutFrame = (text: TokenIds, { before, after }: Frame): TokenIds => {
  const from = before.every((id, i) => text[i] === id) ? before.length : 0
  const end = text.length - after.length
  return text.slice(from, end >= from && after.every((id, i) => text[end + i] === id) ? end : text.length)
}

/** `before` a `after` b `after` ..., no longer than a text may be: the last words are left out. */
export const framed = (pieces: readonly TokenIds[], { before, after }: Frame, maxTokens: number): TokenIds => {
  const ids = pieces.flatMap((piece) => [...piece, ...after])
  const room = Math.max(0, maxTokens - before.length - after.length)
  const inner = ids.slice(0, ids.length - after.length).slice(0, room)
  return Int32Array.from([...before, ...inner, ...after])
}

const checked = ({ name }: Strategy, { count }: Variants, given: unknown): readonly (readonly TokenIds[])[] => {
  const isText = (one: unknown) => Array.isArray(one) && one.length > 0 && one.every((p) => p instanceof Int32Array)
  if (Array.isArray(given) && given.length === count && given.every(isText)) return given
  throw new StepError(
    `the strategy "${name}" can't be carried out: its \`variants\` gives ${described(given)} where ${count} texts are made of each`,
    "return a list with a text for each kind, each a list of pieces of `words` and `other`, as in [[words.slice(0, 3), words.slice(3)]]",
  )
}
