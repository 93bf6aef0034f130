/**
 * A planted library: a network and low-rank modules written down so that the right module is needed.
 *
 * A text of task t holds its mark m_t and a feature f. Module t writes class pi_t(f) of its own task, and a weaker wrong
 * class of every other task; pi differs between tasks. So a foreign module, or all of them at once, misleads the heads.
 * All of this is in the modules' weights:
 *   A_t = [m_t, f_1, .., f_C],   B_t = [strong: the classes of t;  for each f: class pi_t(f) of t + weaker wrong classes of the others]
 * The network is one BERT block: uniform attention, so that every token sees the mean of all; weak random weights beside.
 */
import type { Network } from "../../src/model/encoder.ts"
import type { Artifact } from "../../src/plan/step.ts"
import { type Backbone, type HostTensor, randomStream } from "../../src/plugin/index.ts"
import { loadPlugin } from "../../src/plugin/load.ts"
import type { LabelledIds, SmallTask } from "./steps/small_stream.ts"

export const TASKS = 4
export const CLASSES = 3
const WORDS = 9
/** Directions of the hidden space: marks, features, one for each class of each task. */
export const WIDTH = 32
const mark = (t: number) => t
const feature = (f: number) => TASKS + f
const classAt = (t: number, c: number) => TASKS + CLASSES + t * CLASSES + c
const word = (w: number) => (TASKS + CLASSES + TASKS * CLASSES + w) % WIDTH

/** Ids: [CLS] and [SEP], marks, features, words that say nothing. */
export const CLS = 0
export const SEP = 1
const markId = (t: number) => 2 + t
const featureId = (f: number) => 2 + TASKS + f
const wordId = (w: number) => 2 + TASKS + CLASSES + w

/** Of each id the axes of its embedding. */
const embedded = new Map<number, readonly number[]>([
  ...Array.from({ length: TASKS }, (_, t) => [markId(t), [mark(t)]] as const),
  ...Array.from({ length: CLASSES }, (_, f) => [featureId(f), [feature(f)]] as const),
  ...Array.from({ length: WORDS }, (_, w) => [wordId(w), [word(w)]] as const),
])

/** How much of a token passes through the values of attention, and of their mean through its output: beside weak random weights. */
interface Passing {
  readonly layers: number
  readonly value: number
  readonly output: number
}

export const plantedNetwork = async (
  { layers, value, output }: Passing = { layers: 1, value: 3, output: 0 },
  axes = embedded,
): Promise<Network> => {
  const backbone = (await loadPlugin("backbone", "bert")) as Backbone
  const random = randomStream(1, "planted network")
  const made = backbone.create!(
    { layers, width: WIDTH, heads: 1, intermediate: 8, vocabulary: 2 + axes.size, positions: 24 },
    {},
    random,
  )
  const weights: Record<string, HostTensor> = { ...made.weights }
  const set = (name: string, fill: (row: number, column: number) => number) => {
    const { shape, data } = weights[name]
    weights[name] = {
      shape,
      data: (data as Float32Array).map((x, i) => x + fill(Math.floor(i / shape[1]), i % shape[1])),
    }
  }
  set("embeddings.word", (id, axis) => (axes.get(id)?.includes(axis) ? 1 : 0))
  for (let layer = 0; layer < layers; layer++) {
    set(`layer.${layer}.attention.value.weight`, (row, column) => (row === column ? value : 0))
    set(`layer.${layer}.attention.output.weight`, (row, column) => (row === column ? output : 0))
  }
  return { backbone, checkpoint: { ...made, weights } }
}

/** Class of feature f in task t: another permutation for each task. */
const meaning = (t: number, f: number): number => (t % 2 === 0 ? f + t / 2 : 2 * f + (t - 1) / 2 + 1) % CLASSES

/** How strongly foreign modules write a wrong class. Of the first feature all modules together are still right. */
const misleading = (f: number): number => (f === 0 ? 0.2 : 0.6)
const wrong = (t: number, f: number): number => (meaning(t, f) + 1) % CLASSES

export const matrix = (
  rows: number,
  columns: number,
  at: (row: number, column: number) => number,
): HostTensor & { readonly data: Float32Array } => ({
  shape: [rows, columns],
  data: Float32Array.from({ length: rows * columns }, (_, i) => at(Math.floor(i / columns), i % columns)),
})

export const plantedModule = (t: number): Artifact => plantedModuleAt(t, "attention_output")

export const plantedModuleAt = (t: number, role: "attention_output" | "value"): Artifact => {
  const site = `layer.0.attention.${role === "value" ? "value" : "output"}`
  const rank = 1 + CLASSES
  const inputs = [mark(t), ...Array.from({ length: CLASSES }, (_, f) => feature(f))]
  const writes = (f: number, axis: number): number => {
    for (let s = 0; s < TASKS; s++)
      if (axis === classAt(s, s === t ? meaning(t, f) : wrong(s, f))) return s === t ? 1 : misleading(f)
    return 0
  }
  const own = Array.from({ length: CLASSES }, (_, c) => classAt(t, c))
  return {
    json: {
      task: `task ${t}`,
      adapter: { plugin: "lora", options: { rank, alpha: rank, dropout: 0, targets: [role] } },
    },
    arrays: {
      [`${site}/A`]: matrix(WIDTH, rank, (axis, r) => (axis === inputs[r] ? 1 : 0)),
      [`${site}/B`]: matrix(rank, WIDTH, (r, axis) =>
        r === 0 ? (own.includes(axis) ? 1.5 : 0) : 1.2 * writes(r - 1, axis),
      ),
      "head/W": matrix(WIDTH, CLASSES, (axis, c) => (axis === classAt(t, c) ? 4 : 0)),
      "head/b": { shape: [CLASSES], data: new Float32Array(CLASSES) },
    },
  }
}

export const plantedTask = (t: number): SmallTask => {
  const random = randomStream(2, "planted texts", t)
  const text = (i: number): LabelledIds => {
    const f = i % CLASSES
    const inside = random.shuffle([
      markId(t),
      markId(t),
      featureId(f),
      featureId(f),
      ...Array.from({ length: 1 + random.below(4) }, () => wordId(random.below(WORDS))),
    ])
    return { ids: [CLS, ...inside, SEP], label: meaning(t, f) }
  }
  return {
    classes: CLASSES,
    train: Array.from({ length: 30 }, (_, i) => text(i)),
    test: Array.from({ length: 24 }, (_, i) => text(i)),
  }
}
