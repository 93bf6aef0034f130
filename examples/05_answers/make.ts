/**
 * Makes what spec.l2r reads: `words/`, three tasks that answer the same words in other ways, and `writer/`, a T5 of one
 * block in its encoder and one in its decoder, 32 wide, with random weights from a seed. Nobody has trained it: what is
 * right in an answer was learnt by the modules.
 *
 *   node examples/05_answers/make.ts
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { type HostTensor, randomStream, writeSafetensors } from "../../src/plugin/index.ts"

const COLOURS = ["red", "green", "blue", "black", "white", "grey", "pink", "brown", "gold", "teal", "plum", "sand"]
const next = (word: string, by: number) => COLOURS[(COLOURS.indexOf(word) + by) % COLOURS.length]

const TASKS: Readonly<Record<string, (word: string) => string>> = {
  say: (word) => `it is ${word}`,
  follow: (word) => `then comes ${next(word, 1)}`,
  oppose: (word) => `not ${next(word, 6)}`,
}

export const WORDS: readonly string[] = [
  ...Object.keys(TASKS),
  "please",
  "now",
  "it",
  "is",
  "then",
  "comes",
  "not",
  ...COLOURS,
]

/** Two training texts for each colour; a test text is the same without the word before it. Gives the folder. */
export const wordTasksAt = (directory: string): string => {
  const root = join(directory, "words")
  for (const name of Object.keys(TASKS)) {
    const lines = (texts: readonly (readonly [string, string])[]) =>
      texts.map(([text, word]) => `${JSON.stringify({ text, answer: TASKS[name](word) })}\n`).join("")
    mkdirSync(join(root, name), { recursive: true })
    const polite = COLOURS.flatMap((word) => [
      [`please ${name} ${word}`, word] as const,
      [`now ${name} ${word}`, word] as const,
    ])
    writeFileSync(join(root, name, "train.jsonl"), lines(polite))
    writeFileSync(join(root, name, "test.jsonl"), lines(COLOURS.map((word) => [`${name} ${word}`, word])))
  }
  return root
}

export const SPECIAL = ["<pad>", "</s>", "<unk>", "<s>"] as const
export const [PAD, END, , BEGIN] = SPECIAL.keys()

/** Words between white space; `</s>` behind a text, or `<s>` before it. */
const tokenizer = (words: readonly string[], frame: "before" | "behind") => {
  const [text, end, begin] = [
    { Sequence: { id: "A", type_id: 0 } },
    { SpecialToken: { id: "</s>", type_id: 0 } },
    { SpecialToken: { id: "<s>", type_id: 0 } },
  ]
  const single = frame === "behind" ? [text, end] : [begin, text]
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: SPECIAL.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: { type: "WhitespaceSplit" },
    post_processor: {
      type: "TemplateProcessing",
      single,
      pair: single,
      special_tokens: {
        "</s>": { id: "</s>", ids: [END], tokens: ["</s>"] },
        "<s>": { id: "<s>", ids: [BEGIN], tokens: ["<s>"] },
      },
    },
    decoder: { type: "WordPiece", prefix: "##", cleanup: false },
    model: {
      type: "WordPiece",
      unk_token: "<unk>",
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries([...SPECIAL, ...words].map((word, id) => [word, id])),
    },
  }
}

/** A checkpoint of these shapes; gives the path of its folder. */
export const checkpointAt = (
  directory: string,
  name: string,
  config: object,
  words: Parameters<typeof tokenizer>,
  shapes: Readonly<Record<string, readonly number[]>>,
): string => {
  const path = join(directory, name)
  mkdirSync(path, { recursive: true })
  writeFileSync(join(path, "config.json"), `${JSON.stringify(config, null, 2)}\n`)
  writeFileSync(join(path, "tokenizer.json"), `${JSON.stringify(tokenizer(...words), null, 2)}\n`)
  const weights = Object.fromEntries(Object.entries(shapes).map(([key, shape]) => [key, random(name, key, shape)]))
  writeFileSync(join(path, "model.safetensors"), writeSafetensors(weights))
  return path
}

/** Gains are ones; embeddings and matrices normal with deviations that keep the size of what goes through. */
const random = (name: string, key: string, shape: readonly number[]): HostTensor => {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1))
  const deviation = /shared|embed|bias/.test(key) ? 1 : shape[1] ** -0.5
  const stream = randomStream(1, name, key)
  for (let i = 0; i < data.length; i++) data[i] = shape.length === 1 ? 1 : stream.normal() * deviation
  return { shape: [...shape], data }
}

export const WIDTH = 32
export const INNER = 48

/** The T5. */
export const writerAt = (directory: string, words: readonly string[] = WORDS, layers = 1): string => {
  const vocabulary = SPECIAL.length + words.length
  const attention = (at: string) =>
    Object.fromEntries(["q", "k", "v", "o"].map((one) => [`${at}.${one}.weight`, [WIDTH, WIDTH]]))
  const stack = (name: "encoder" | "decoder") => {
    const last = name === "encoder" ? 1 : 2
    return {
      [`${name}.block.0.layer.0.SelfAttention.relative_attention_bias.weight`]: [8, 4],
      ...Object.assign(
        {},
        ...Array.from({ length: layers }, (_, block) => {
          const at = `${name}.block.${block}.layer`
          return {
            ...attention(`${at}.0.SelfAttention`),
            [`${at}.0.layer_norm.weight`]: [WIDTH],
            ...(name === "decoder"
              ? { ...attention(`${at}.1.EncDecAttention`), [`${at}.1.layer_norm.weight`]: [WIDTH] }
              : {}),
            [`${at}.${last}.DenseReluDense.wi.weight`]: [INNER, WIDTH],
            [`${at}.${last}.DenseReluDense.wo.weight`]: [WIDTH, INNER],
            [`${at}.${last}.layer_norm.weight`]: [WIDTH],
          }
        }),
      ),
      [`${name}.final_layer_norm.weight`]: [WIDTH],
    }
  }
  const config = {
    model_type: "t5",
    vocab_size: vocabulary,
    d_model: WIDTH,
    d_kv: WIDTH / 4,
    d_ff: INNER,
    num_heads: 4,
    num_layers: layers,
    relative_attention_num_buckets: 8,
    relative_attention_max_distance: 16,
    decoder_start_token_id: PAD,
    eos_token_id: END,
    tie_word_embeddings: true,
  }
  return checkpointAt(directory, "writer", config, [words, "behind"], {
    "shared.weight": [vocabulary, WIDTH],
    ...stack("encoder"),
    ...stack("decoder"),
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writerAt(import.meta.dirname)
  wordTasksAt(import.meta.dirname)
}
