/** What rounding the frozen backbone costs: test accuracy of a LoRA on a task of WordNet's glosses, in float32 and in int8. */
import lora from "../../../plugins/adapters/lora.ts"
import bert from "../../../plugins/backbones/bert/index.ts"
import onnxruntime from "../../../plugins/backends/onnxruntime/index.ts"
import wordnet from "../../../plugins/data/wordnet/index.ts"
import { parameterFeeds } from "../../../src/model/differentiate.ts"
import { encoder, headLogits } from "../../../src/model/encoder.ts"
import { forwardAll } from "../../../src/model/evaluate.ts"
import { withGradients } from "../../../src/model/gradients.ts"
import { drawn } from "../../../src/model/initial.ts"
import { largest } from "../../../src/model/largest.ts"
import { optimise, textFeeds } from "../../../src/model/optimise.ts"
import { initialsFor, trainable } from "../../../src/model/single.ts"
import { decoded } from "../../../src/plan/chosen.ts"
import { crossEntropy, type HostTensor, input, parameter, program, randomStream } from "../../../src/plugin/index.ts"

export interface Measured {
  readonly task: string
  readonly tested: number
  /** In percent. */
  readonly accuracy: number
}

export const accuracyWith = async (
  model: string,
  weights: "float32" | "int8",
  which: number,
  epochs = 3,
): Promise<Measured> => {
  const place = { directory: process.cwd() }
  const checkpoint = await bert.load(model, decoded(bert.options, { max_tokens: 64 }, "backbone") as never, place)
  const data = decoded(wordnet.options, {}, "wordnet") as never
  const names = await wordnet.tasks(undefined, data, place)
  const [task] = await wordnet.load([names[which]], undefined, data, place)
  const engine = await onnxruntime.open({ threads: 1, provider: "cpu", weights })
  const options = decoded(lora.options, { rank: 8, alpha: 16 }, "lora") as never
  const random = randomStream(1, "accuracy")
  const head = [checkpoint.width, task.labels.length]
  const start = new Map<string, HostTensor>([
    ...[...initialsFor(lora, options, checkpoint.sites)].map(([name, one]) => [name, drawn(one, random)] as const),
    ["head/W", { shape: head, data: new Float32Array(head[0] * head[1]) }],
    ["head/b", { shape: [head[1]], data: new Float32Array(head[1]) }],
  ])
  const values = new Map([...start].map(([name, { data }]) => [name, data as Float32Array]))
  const logits = (training: boolean) => {
    const trace = encoder(
      { backbone: bert, checkpoint },
      trainable(lora, options, checkpoint.sites, { training }, start),
    )
    const scores = headLogits(trace.features, parameter("head/W", head), parameter("head/b", [head[1]]))
    return { scores, layout: trace.layout }
  }
  const { scores, layout } = logits(true)
  const labels = input("labels", ["examples"], "int", { of: "examples", layout })
  const training = withGradients(crossEntropy(scores, labels), [...values.keys()])
  const session = await engine.compile(training)
  const numbered = (examples: typeof task.train) => ({
    texts: bert.tokenize(
      examples.map(({ text }) => text),
      checkpoint,
    ),
    labels: Int32Array.from(examples, ({ label }) => task.labels.indexOf(label)),
  })
  const [train, test] = [numbered(task.train), numbered(task.test)]
  const inHead = (name: string) => name.startsWith("head/")
  await optimise({
    session,
    program: training,
    values,
    groups: [
      { names: [...values.keys()].filter((name) => !inHead(name)), learningRate: 1e-3, weightDecay: 0.01 },
      { names: [...values.keys()].filter(inHead), learningRate: 1e-2, weightDecay: 0.01 },
    ],
    examples: train.texts.length,
    feeds: (batch) => textFeeds(train.texts, train.labels, batch),
    epochs,
    batch: 32,
    schedule: "linear",
    warmUp: 0.1,
    order: random,
    noise: random,
  })
  await session.release()
  const evaluation = program({ logits: logits(false).scores })
  const forward = await engine.compile(evaluation)
  const fixed = parameterFeeds(evaluation, values)
  const outputs = await forwardAll({ session: forward, texts: test.texts, extra: () => fixed })
  await forward.release()
  const right = largest(outputs.logits).filter((label, i) => label === test.labels[i]).length
  return { task: task.name, tested: test.texts.length, accuracy: (100 * right) / test.texts.length }
}
