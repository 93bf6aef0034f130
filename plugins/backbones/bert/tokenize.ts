/** Texts to token ids by the checkpoint's own tokenizer.json, as Hugging Face's Python library does it. */
import { Tokenizer } from "@huggingface/tokenizers"
import { type Checkpoint, DataError, type TokenIds } from "../../../src/plugin/index.ts"

/** Each text becomes `[CLS] pieces [SEP]`, cut at `maxTokens` so that [SEP] stays. Throws DataError where the tokenizer is unusable. */
export const tokenize = (
  texts: readonly string[],
  { tokenizer, maxTokens }: Pick<Checkpoint, "tokenizer" | "maxTokens">,
): readonly TokenIds[] => {
  const encode = encoderOf(tokenizer)
  return texts.map((text) => {
    const ids = encode(text)
    return Int32Array.from(ids.length <= maxTokens ? ids : [...ids.slice(0, maxTokens - 1), ids[ids.length - 1]])
  })
}

type Encode = (text: string) => readonly number[]
const encoders = new WeakMap<object, Encode>()

const encoderOf = (file: unknown): Encode => {
  if (typeof file !== "object" || file === null) throw unusable("it is no JSON object")
  const known = encoders.get(file)
  if (known) return known
  const tokenizer = opened(file)
  const prepare = preparation(file)
  const encode: Encode = (text) => tokenizer.encode(prepare(text)).ids
  encoders.set(file, encode)
  return encode
}

const opened = (file: object): Tokenizer => {
  let tokenizer: Tokenizer
  let frame: readonly unknown[]
  try {
    tokenizer = new Tokenizer(file, {})
    frame = tokenizer.encode("").ids
  } catch (error) {
    throw unusable((error as Error).message)
  }
  if (frame.length !== 2 || !frame.every(Number.isInteger))
    throw unusable("it does not put a text between [CLS] and [SEP]")
  const { model } = file as { model?: { unk_token?: string } }
  if (model?.unk_token === undefined || tokenizer.token_to_id(model.unk_token) === undefined)
    throw unusable("its vocabulary has no token for unknown words")
  return tokenizer
}

const unusable = (why: string): DataError =>
  new DataError(
    `tokenizer.json cannot be used: ${why}`,
    "a BERT checkpoint brings a WordPiece tokenizer with [UNK], [CLS] and [SEP]; copy it again",
  )

/** Ideographs beyond the basic plane that BERT sets apart as it does those within it. */
const FAR_IDEOGRAPHS =
  /[\u{20000}-\u{2A6DF}\u{2A700}-\u{2B73F}\u{2B740}-\u{2B81F}\u{2B920}-\u{2CEAF}\u{2F800}-\u{2FA1F}]/gu

/**
 * What the TypeScript library leaves out of BERT's normalisation: spaces around far ideographs, and lower case letter by
 * letter (a sigma at the end of a word is a sigma like any other).
 */
const preparation = (file: object): ((text: string) => string) => {
  const { normalizer } = file as { normalizer?: { type?: string; lowercase?: boolean; handle_chinese_chars?: boolean } }
  if (normalizer?.type !== "BertNormalizer") return (text) => text
  const spaced = (text: string) => (normalizer.handle_chinese_chars ? text.replace(FAR_IDEOGRAPHS, " $& ") : text)
  return (text) => spaced(normalizer.lowercase ? text.replaceAll("\u03A3", "\u03C3") : text)
}
