/**
 * A toy stream whose texts are answered in words, for strategies that replay what their model has written, on a decoder small enough
 * for float64: texts with answers, the same as samples [text; separator; answer; end], and samples such as a model would have written.
 */
import { tokenizerFile } from "../model/tokenizer_file.ts"
import type { Artifact } from "../plan/step.ts"
import { type Backbone, randomStream as random } from "../plugin/index.ts"
import { loadPlugin } from "../plugin/load.ts"
import { engineOf } from "./toy_network.ts"
import { asSamples, pairs, SEPARATOR, TASKS, texts, VOCABULARY, written } from "./toy_pairs.ts"
import type { ToyStream } from "./toy_stream.ts"
import { type Bench, backbone, perform } from "./work.ts"

/** What the training of a strategy reads. `memories`: of each task what is remembered, or what was written of it. */
export interface TrainingStream extends Pick<ToyStream, "tokens" | "memories" | "features"> {
  /** Training texts as samples, where a model learns to write them. */
  readonly samples?: readonly Artifact[]
}

const TRAINING = 4
const WRITTEN = 3

/** One block of a ModuleFormer, 8 wide, with one expert, so that nothing in it jumps. */
const decoder = async () => {
  const family = (await loadPlugin("backbone", "moduleformer")) as Backbone
  const size = { layers: 1, width: 8, heads: 2, intermediate: 8, vocabulary: VOCABULARY.length, positions: 24 }
  const made = family.create!(
    { ...size, experts: 1, expertsOfToken: 1 },
    tokenizerFile(VOCABULARY),
    random(1, "toy decoder"),
  )
  const weights = Object.fromEntries(
    Object.entries(made.weights).map(([name, { shape, data }]) => [
      name,
      { shape, data: (data as Float32Array).map((x) => (shape.length === 2 ? 20 * x : x)) },
    ]),
  )
  return { backbone: family, checkpoint: { ...made, weights, maxTokens: 16 } } // prompts may join
}

/** A task's training texts are others: of one with answers its texts and its samples. */
export const withOtherPairs = (stream: TrainingStream, task: number): TrainingStream => {
  const others = pairs(TRAINING, random(17, "other pairs"))
  const at = (all: readonly Artifact[], own: Artifact) => all.map((one, t) => (t === task ? own : one))
  return {
    ...stream,
    tokens: at(stream.tokens, texts(TASKS[task], others)),
    samples: at(stream.samples!, asSamples(TASKS[task], others)),
  }
}

/** What was written of a task is other. */
export const withOtherWritten = (stream: TrainingStream, task: number): TrainingStream => ({
  ...stream,
  memories: stream.memories.map((one, t) =>
    t === task ? written(TASKS[task], pairs(WRITTEN, random(18, "other samples"))) : one,
  ),
})

const made: { bench?: Promise<Bench> } = {}

export const writingBench = async (): Promise<{ readonly bench: Bench; readonly stream: TrainingStream }> => {
  made.bench ??= Promise.all([decoder(), engineOf("reference")]).then(([network, engine]) => ({ network, engine }))
  const tasks = TASKS.map((task) => [task, pairs(TRAINING, random(6, "pairs", task))] as const)
  return {
    bench: await made.bench,
    stream: {
      tokens: tasks.map(([task, own]) => texts(task, own)),
      samples: tasks.map(([task, own]) => asSamples(task, own)),
      memories: TASKS.map((task) => written(task, pairs(WRITTEN, random(7, "written", task)))),
      features: [],
    },
  }
}

/** What the model of a stage writes of a task, by the step of a run. */
export const writtenBy = (bench: Bench, shared: Artifact, task: number): Promise<Artifact> =>
  perform(
    bench,
    "generate",
    {
      what: "shared",
      backbone,
      form: { trigger: TASKS[task], separator: SEPARATOR, max_tokens: 12 },
      samples: 8,
      top_k: VOCABULARY.length,
      temperature: 4, // nearly uniform, so that of some tries a few have the form
      answers: { max_tokens: 4 },
      task: TASKS[task],
      seed: 1,
    },
    { shared },
  )
