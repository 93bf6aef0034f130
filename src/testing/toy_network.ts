/** A network small enough for float64 in plain TypeScript, with every role of site, and texts of unequal length for it. */
import type { Network } from "../model/encoder.ts"
import { SPECIAL, tokenizerFile } from "../model/tokenizer_file.ts"
import {
  type Backbone,
  type Backend,
  type Engine,
  type HostTensor,
  type RandomStream,
  randomStream,
  Schema,
  type TokenIds,
} from "../plugin/index.ts"
import { loadPlugin } from "../plugin/load.ts"

const VOCABULARY = 30

/** Words that are whole, each a token. */
const TOKENIZER = tokenizerFile(Array.from({ length: VOCABULARY }, (_, id) => SPECIAL[id] ?? `w${id}`))

/** Two BERT blocks, 8 wide, whose weights are large enough that every part of them shows in the result; or of another size. */
export const toyNetwork = async ({ layers = 2, width = 8, seed = 1 } = {}): Promise<Network> => {
  const backbone = (await loadPlugin("backbone", "bert")) as Backbone
  const random = randomStream(seed, "toy network")
  const made = backbone.create!(
    { layers, width, heads: 2, intermediate: (3 * width) / 2, vocabulary: VOCABULARY, positions: 16 },
    TOKENIZER,
    random,
  )
  const weights: Record<string, HostTensor> = {}
  for (const [name, { shape, data }] of Object.entries(made.weights))
    weights[name] = {
      shape,
      data: (data as Float32Array).map((x) => (shape.length === 2 ? 20 * x : x + 0.1 * random.normal())),
    }
  return { backbone, checkpoint: { ...made, weights } }
}

/** A text of given length. */
export const toyText = (length: number, random: RandomStream): TokenIds =>
  Int32Array.from({ length }, () => random.below(VOCABULARY))

/** Texts of 1 to 10 tokens. */
export const toyTexts = (count: number, random: RandomStream): readonly TokenIds[] =>
  Array.from({ length: count }, () => toyText(1 + random.below(10), random))

const engines = new Map<string, Promise<Engine>>()

/** A backend that ships, opened once with its defaults. */
export const engineOf = (name: string): Promise<Engine> => {
  const known = engines.get(name)
  if (known) return known
  const opening = loadPlugin("backend", name).then((plugin) => {
    const backend = plugin as Backend
    return backend.open(Schema.decodeUnknownSync(backend.options)({} as never))
  })
  engines.set(name, opening)
  return opening
}
