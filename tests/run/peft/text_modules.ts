/** Modules that learnt to answer a few texts in words, on the tiny decoders and encoder-decoders of the fixtures, as folders for PEFT. */
import { answerLoss, pairFeeds } from "../../../src/model/answers.ts"
import type { Network } from "../../../src/model/encoder.ts"
import { withGradients } from "../../../src/model/gradients.ts"
import { freshModule } from "../../../src/model/initial.ts"
import { bySite, NO_HEAD, type TrainedModule } from "../../../src/model/library.ts"
import { optimise } from "../../../src/model/optimise.ts"
import { initialsFor, trainable, trainedNames } from "../../../src/model/single.ts"
import { type Adapter, type Backbone, type HostTensor, randomStream } from "../../../src/plugin/index.ts"
import { loadPlugin } from "../../../src/plugin/load.ts"
import { decoded, type Written } from "../../../src/testing/plugin_options.ts"
import { engines, textsOf } from "../../model/golden.ts"
import { directory } from "./golden.ts"

/** What each module learns to answer; 1 ends the answers of the tiny T5s, 2 those of the decoders. */
const TEXTS = [
  [4, 7, 11, 5],
  [4, 30, 12, 12, 25, 9],
  [4, 3],
]
const ANSWERS = [[8, 5, 21], [28], [6, 17, 9, 4]]

interface Lesson {
  readonly base: string
  readonly adapter: string
  readonly options: Written
}

/** By the folder in `text_modules/`. */
export const LESSONS: Readonly<Record<string, Lesson>> = {
  t5_lora: {
    base: "tiny_t5/gated",
    adapter: "lora",
    options: { rank: 4, targets: ["query", "value", "intermediate"] },
  },
  t5_ia3: { base: "tiny_t5/first", adapter: "ia3", options: {} },
  t5_prompt: { base: "tiny_t5/first", adapter: "prompt", options: { length: 3 } },
  llama_lora: {
    base: "tiny_decoders/llama",
    adapter: "lora",
    options: { rank: 4, targets: ["query", "value", "intermediate"] },
  },
  qwen3_dora: { base: "tiny_decoders/qwen3", adapter: "lora", options: { rank: 2, decomposed: true } },
  llama_prefix: { base: "tiny_decoders/llama", adapter: "prefix", options: { length: 2, hidden: 0 } },
  llama_prompt: { base: "tiny_decoders/llama", adapter: "prompt", options: { length: 3 } },
}

export const adapterOf = ({ adapter }: Lesson): Promise<Adapter> => loadPlugin("adapter", adapter) as Promise<Adapter>

export const networkOf = async ({ base }: Lesson): Promise<Network> => {
  const t5 = base.startsWith("tiny_t5")
  const backbone = (await loadPlugin("backbone", t5 ? "t5" : "llama")) as Backbone
  const options = decoded(backbone, { max_tokens: 32, ...(t5 && { network: "encoder_decoder" }) })
  return { backbone, checkpoint: await backbone.load(base, options, { directory }) }
}

export const pairs = ({ backbone, checkpoint }: Network) => {
  const end = backbone.answers?.(checkpoint).end as number
  return { texts: textsOf(TEXTS), answers: textsOf(ANSWERS.map((answer) => [...answer, end])), end }
}

/** Trained in float64, so that the same values come out on every machine, to float32. */
export const learnt = async (
  lesson: Lesson,
): Promise<{ readonly network: Network; readonly module: TrainedModule }> => {
  const [network, adapter] = [await networkOf(lesson), await adapterOf(lesson)]
  const options = decoded(adapter, lesson.options)
  const { sites } = network.checkpoint
  const start = freshModule(network, adapter, options, (name) => randomStream(1, name))
  const names = trainedNames(initialsFor(adapter, options, sites))
  const values = new Map(names.map((name) => [name, Float32Array.from(start.get(name)!.data as Float32Array)]))
  const { texts, answers } = pairs(network)
  const step = withGradients(answerLoss(network, trainable(adapter, options, sites, { training: true }, start)), names)
  const session = await (await engines.reference()).compile(step)
  await optimise({
    session,
    program: step,
    values,
    groups: [{ names, learningRate: 0.05, weightDecay: 0 }],
    examples: texts.length,
    feeds: (batch) => {
      const of = [...batch]
      return pairFeeds(
        network,
        of.map((i) => texts[i]),
        of.map((i) => answers[i]),
      )
    },
    epochs: 100,
    batch: 3,
    schedule: "linear",
    warmUp: 0,
    order: randomStream(2, "order"),
    noise: randomStream(2, "noise"),
  })
  await session.release()
  const arrays = [...start].map(([name, host]): [string, HostTensor] => {
    const data = values.get(name)
    return [name, data ? { shape: host.shape, data } : host]
  })
  return { network, module: { task: "any", adapter, options, sites: bySite(arrays), head: NO_HEAD } }
}
