/** Small BERTs that differ in depth, width, seed, or in the order of their features alone; and texts of two tasks for them. */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { trainWordPiece } from "../../src/model/wordpiece.ts"
import { type Backbone, type Checkpoint, type HostTensor, randomStream } from "../../src/plugin/index.ts"
import { loadPlugin } from "../../src/plugin/load.ts"
import { inAnotherOrder } from "../../src/testing/another_order.ts"

const WORDS = ["animal", "bird", "fish", "house", "stone", "metal", "person", "mind", "feeling", "wing", "leaf", "root"]
const SENTENCE = WORDS.concat(["the", "is", "of", "with"])

export interface Sibling {
  readonly layers?: number
  readonly width?: number
  readonly seed?: number
  /** The same network with its features in another order: those of the state, and those of queries and keys and of values within each head. */
  readonly shuffled?: boolean
}

const HEADS = 2

/** Writes a checkpoint into a folder. Weights are large enough that features differ from each other. */
export const writeSibling = async (
  folder: string,
  { layers = 2, width = 16, seed = 1, shuffled = false }: Sibling,
): Promise<Checkpoint> => {
  const tokenizer = trainWordPiece([SENTENCE.join(" ")], { size: 60 })
  const bert = (await loadPlugin("backbone", "bert")) as Backbone
  const size = { layers, width, heads: HEADS, intermediate: 2 * width, vocabulary: 60, positions: 16 }
  const random = randomStream(seed, "sibling")
  const made = bert.create!(size, tokenizer, random)
  const weights = Object.fromEntries(
    Object.entries(made.weights).map(([name, { shape, data }]): [string, HostTensor] => [
      name,
      { shape, data: (data as Float32Array).map((x) => (shape.length === 2 ? 12 * x : x + 0.1 * random.normal())) },
    ]),
  )
  const checkpoint = { ...made, weights: shuffled ? inAnotherOrder(weights, width, HEADS) : weights }
  mkdirSync(folder, { recursive: true })
  for (const [name, content] of Object.entries(bert.files!(checkpoint))) writeFileSync(join(folder, name), content)
  return checkpoint
}

/** Three classes, told by a sign among other words; the second task turns them. */
export const writeTasks = (
  folder: string,
  tasks: readonly string[] = ["first", "second"],
  each = 24,
  tested = 12,
): void => {
  const signs = ["wing", "leaf", "root"]
  for (const [turn, task] of tasks.entries()) {
    mkdirSync(join(folder, task), { recursive: true })
    for (const [split, count] of [
      ["train", each],
      ["test", tested],
    ] as const) {
      const random = randomStream(2, task, split)
      const texts = signs.flatMap((sign, c) =>
        Array.from({ length: count }, () => ({
          text: random.shuffle([sign, sign, ...Array.from({ length: 5 }, () => SENTENCE[random.below(9)])]).join(" "),
          label: `is ${(c + turn) % signs.length}`,
        })),
      )
      writeFileSync(join(folder, task, `${split}.jsonl`), texts.map((row) => `${JSON.stringify(row)}\n`).join(""))
    }
  }
}
