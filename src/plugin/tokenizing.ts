/** Texts to token ids and back by a checkpoint's own tokenizer.json, as Hugging Face's Python library does it. */
import { Tokenizer } from "@huggingface/tokenizers"
import type { Checkpoint, TokenIds } from "./backbone.ts"
import { characterMap } from "./charsmap.ts"
import { DataError } from "./data.ts"

type Tokenizing = (
  texts: readonly string[],
  checkpoint: Pick<Checkpoint, "tokenizer" | "maxTokens">,
) => readonly TokenIds[]

/** Each text with the special tokens that the tokenizer puts around it, cut at `maxTokens` so that those stay. Throws DataError where the tokenizer is unusable. */
export const tokenize: Tokenizing = (texts, { tokenizer, maxTokens }) => {
  const { encode, last } = encoderOf(tokenizer)
  return texts.map((text) => {
    const ids = encode(text)
    if (ids.length === 0)
      throw new DataError(
        "an empty text has no token: this tokenizer puts none before or after it",
        "remove the empty texts of the data",
      )
    return Int32Array.from(
      ids.length <= maxTokens ? ids : [...ids.slice(0, Math.max(0, maxTokens - last)), ...ids.slice(ids.length - last)],
    )
  })
}

/** The same for encoders: each text becomes `[CLS] pieces [SEP]`, whatever they are called, and a tokenizer that makes it otherwise is refused. */
export const tokenizeFramed: Tokenizing = (texts, checkpoint) => {
  const { first, last } = encoderOf(checkpoint.tokenizer)
  if (first !== 1 || last !== 1) throw unusable("it does not put a text between [CLS] and [SEP]")
  return tokenize(texts, checkpoint)
}

/** Answers: texts without special tokens, whole. An empty one has no token. */
export const tokenizeAnswers = (
  texts: readonly string[],
  { tokenizer }: Pick<Checkpoint, "tokenizer">,
): readonly TokenIds[] => {
  const { bare } = encoderOf(tokenizer)
  return texts.map((text) => Int32Array.from(text === "" ? [] : bare(text)))
}

/**
 * Prompts of a decoder, which goes on after them: each text and a line feed, behind the special tokens that stand before a
 * text; none stands after it. The text is cut so that all has at most `maxTokens`.
 */
export const tokenizePrompts: Tokenizing = (texts, { tokenizer, maxTokens }) => {
  const { bare, before } = encoderOf(tokenizer)
  const feed = Math.max(0, bare("a\n").length - bare("a").length)
  const room = Math.max(feed + 1, maxTokens - before.length)
  return texts.map((text) => {
    const ids = bare(`${text}\n`)
    const cut = ids.length <= room ? ids : [...ids.slice(0, room - feed), ...ids.slice(ids.length - feed)]
    if (before.length + cut.length === 0)
      throw new DataError("a text has no token of this tokenizer", "remove the empty texts of the data")
    return Int32Array.from([...before, ...cut])
  })
}

/** The texts of token ids, special tokens left out. */
export const detokenize = (
  texts: readonly TokenIds[],
  { tokenizer }: Pick<Checkpoint, "tokenizer">,
): readonly string[] => {
  const { decode } = encoderOf(tokenizer)
  return texts.map((ids) => decode([...ids]))
}

interface Encoder {
  readonly encode: (text: string) => readonly number[]
  /** Without special tokens. */
  readonly bare: (text: string) => readonly number[]
  readonly decode: (ids: number[]) => string
  /** Special tokens before a text. */
  readonly before: readonly number[]
  /** How many special tokens come before and after a text. */
  readonly first: number
  readonly last: number
}
const encoders = new WeakMap<object, Encoder>()

const encoderOf = (file: unknown): Encoder => {
  if (typeof file !== "object" || file === null) throw unusable("it is no JSON object")
  const known = encoders.get(file)
  if (known) return known
  const encoder = opened(file)
  encoders.set(file, encoder)
  return encoder
}

const opened = (file: object): Encoder => {
  const prepare = preparation(file)
  let tokenizer: Tokenizer
  let bare: readonly number[]
  let framed: readonly number[]
  try {
    tokenizer = new Tokenizer(file, {})
    mapByFile(tokenizer.normalizer as unknown as Normalizer | null)
    bare = tokenizer.encode("a", { add_special_tokens: false }).ids
    framed = tokenizer.encode("a").ids
  } catch (error) {
    throw unusable((error as Error).message)
  }
  if (!framed.every(Number.isInteger)) throw unusable("it gives tokens that have no id")
  const unknown = unknownToken(file as TokenizerFile)
  if (unknown !== undefined && tokenizer.token_to_id(unknown) === undefined)
    throw unusable("its vocabulary has no token for unknown words")
  const first = framed.findIndex((_, at) => bare.every((id, i) => framed[at + i] === id))
  return {
    encode: (text) => tokenizer.encode(prepare(text)).ids,
    bare: (text) => tokenizer.encode(prepare(text), { add_special_tokens: false }).ids,
    before: framed.slice(0, Math.max(0, first)),
    decode: (ids) => (ids.length === 0 ? "" : tokenizer.decode(ids, { skip_special_tokens: true })),
    first: Math.max(0, first),
    last: Math.max(0, framed.length - bare.length - first),
  }
}

/** A normalizer of the TypeScript library. */
interface Normalizer {
  /** That of one that maps characters by a table; the library keeps it and does not read it. */
  readonly charsmap?: string | null
  readonly normalizers?: readonly (Normalizer | null)[]
  normalize: (text: string) => string
}

const mapByFile = (normalizer: Normalizer | null): void => {
  for (const one of [normalizer, ...(normalizer?.normalizers ?? [])])
    if (one && typeof one.charsmap === "string") one.normalize = characterMap(one.charsmap)
}

interface TokenizerFile {
  readonly model?: { readonly type?: string; readonly unk_token?: string | null; readonly vocab?: unknown }
  readonly added_tokens?: readonly { readonly id: number }[]
  readonly normalizer?: { type?: string; lowercase?: boolean; handle_chinese_chars?: boolean }
}

/** The token that stands for what a vocabulary does not have; undefined where every byte is in it. */
const unknownToken = ({ model }: TokenizerFile): string | undefined =>
  model?.unk_token ?? (model?.type === "BPE" || model?.type === "Unigram" ? undefined : "")

const unusable = (why: string): DataError =>
  new DataError(
    `tokenizer.json cannot be used: ${why}`,
    "a checkpoint brings the tokenizer that it was trained with; copy it again",
  )

export interface Vocabulary {
  /** WordPiece, BPE, Unigram, WordLevel. */
  readonly kind: string
  /** Pieces, added tokens included. */
  readonly size: number
  readonly largestId: number
}

/** What a tokenizer.json knows; undefined where it has no vocabulary, or pieces without a number. */
export const vocabularyIn = (tokenizer: unknown): Vocabulary | undefined => {
  const { model, added_tokens = [] } = (tokenizer ?? {}) as TokenizerFile
  const vocab = model?.vocab
  if (typeof vocab !== "object" || vocab === null) return undefined
  const ids = new Set<number>(Array.isArray(vocab) ? vocab.keys() : Object.values(vocab as Record<string, number>))
  for (const one of Array.isArray(added_tokens) ? added_tokens : [undefined]) ids.add(one?.id)
  let largestId = -1
  for (const id of ids) {
    if (!Number.isInteger(id) || id < 0) return undefined
    if (id > largestId) largestId = id
  }
  return { kind: model?.type ?? (Array.isArray(vocab) ? "Unigram" : "BPE"), size: ids.size, largestId }
}

/** Ideographs beyond the basic plane that BERT sets apart as it does those within it. */
const FAR_IDEOGRAPHS =
  /[\u{20000}-\u{2A6DF}\u{2A700}-\u{2B73F}\u{2B740}-\u{2B81F}\u{2B920}-\u{2CEAF}\u{2F800}-\u{2FA1F}]/gu

/**
 * What the TypeScript library leaves out of BERT's normalisation: spaces around far ideographs, and lower case letter by
 * letter (a sigma at the end of a word is a sigma like any other).
 */
const preparation = (file: object): ((text: string) => string) => {
  const { normalizer } = file as TokenizerFile
  if (normalizer?.type !== "BertNormalizer") return (text) => text
  const spaced = (text: string) => (normalizer.handle_chinese_chars ? text.replace(FAR_IDEOGRAPHS, " $& ") : text)
  return (text) => spaced(normalizer.lowercase ? text.replaceAll("\u03A3", "\u03C3") : text)
}
