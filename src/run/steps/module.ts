/** One task's module: adapter and head trained in isolation on the frozen backbone, no other module in sight. */

import { encoder, headLogits, type Network } from "../../model/encoder.ts"
import { forwardAll } from "../../model/evaluate.ts"
import { withGradients } from "../../model/gradients.ts"
import { drawn, freshModule } from "../../model/initial.ts"
import { largest } from "../../model/largest.ts"
import { optimise, parameterFeeds, textFeeds } from "../../model/optimise.ts"
import { partsOf, tokensAtOnce } from "../../model/parts.ts"
import { initialsFor, trainable, trainedNames } from "../../model/single.ts"
import type { Artifact, StoredArray } from "../../plan/step.ts"
import type { ModuleOptions, StepOptions } from "../../plan/step_options.ts"
import {
  type Adapter,
  crossEntropy,
  type HostTensor,
  input,
  parameter,
  program,
  randomStream,
  zeros,
} from "../../plugin/index.ts"
import type { Perform, Work } from "../work.ts"
import { adapterIn } from "./adapter.ts"
import { type BestEpoch, bestEpoch } from "./best_epoch.ts"
import { classCount, type LabelledTexts, labelledIn, network } from "./given.ts"
import { located } from "./located.ts"
import { described, loopOptions, parameterGroups } from "./train_block.ts"
import { writingModule } from "./writing_module.ts"

export const module: Perform = async (work) => {
  const options = work.options as unknown as StepOptions["module"]
  if (options.head === "text") return writingModule(work, options)
  const { adapter: chosen, task, seed } = options
  const net = await network(work, options.backbone)
  const adapter = await adapterIn(work, chosen)
  const tokens = work.input("tokens")
  const streamOf = (name: string) => randomStream(seed, "initial", task, name)
  const start = new Map<string, HostTensor>([
    ...freshModule(net, adapter, chosen.options, streamOf),
    ["head/W", drawn(zeros([net.checkpoint.width, classCount(tokens)]), streamOf("head/W"))],
    ["head/b", drawn(zeros([classCount(tokens)]), streamOf("head/b"))],
  ])
  const trained = [...trainedNames(initialsFor(adapter, chosen.options, net.checkpoint.sites)), "head/W", "head/b"]
  const values = new Map(trained.map((name) => [name, start.get(name)!.data as Float32Array]))
  const losses = await trainModule(
    work,
    net,
    adapter,
    options,
    start,
    values,
    labelledIn(tokens, "train"),
    labelledIn(tokens, "validation"),
  )
  return {
    json: {
      task,
      adapter: chosen as never,
      parameters: [...values.values()].reduce((sum, { length }) => sum + length, 0),
    },
    arrays: {
      ...(Object.fromEntries(start) as Record<string, StoredArray>),
      "loss/steps": { shape: [losses.length], data: losses },
    },
  } satisfies Artifact
}

const trainModule = async (
  work: Work,
  net: Network,
  adapter: Adapter,
  { adapter: chosen, train, task, seed }: ModuleOptions,
  /** All arrays of the module and its head. */
  start: ReadonlyMap<string, HostTensor>,
  /** Those that are trained: the same numbers, changed in place. */
  values: Map<string, Float32Array>,
  examples: LabelledTexts,
  validation: LabelledTexts,
): Promise<Float64Array> => {
  const engine = await work.engine()
  const names = [...values.keys()]
  const features = (training: boolean) =>
    encoder(net, trainable(adapter, chosen.options, net.checkpoint.sites, { training }, start))
  const trace = features(true)
  const logits = headLogits(
    trace.features,
    parameter("head/W", start.get("head/W")!.shape),
    parameter("head/b", start.get("head/b")!.shape),
  )
  const labels = input("labels", ["examples"], "int", { of: "examples", layout: trace.layout })
  const training = withGradients(crossEntropy(logits, labels, undefined, train.label_smoothing), names)
  const session = await engine.compile(training)
  const atOnce = tokensAtOnce(net.checkpoint.sites, values)
  const best =
    train.early_stop === "validation" && validation.texts.length > 0
      ? await validator(work, features(false), values, validation)
      : undefined
  try {
    const losses = await optimise({
      session,
      program: training,
      values,
      groups: parameterGroups(described(adapter, chosen.options, net, start, names), train.learning_rate, train),
      examples: examples.texts.length,
      feeds: (batch) => textFeeds(examples.texts, examples.labels, batch),
      parts: (batch) => partsOf(examples.texts, batch, atOnce),
      ...loopOptions(train),
      order: randomStream(seed, "batches", task),
      noise: randomStream(seed, "noise", task),
      onStep: (step, total, epoch, loss) =>
        work.progress((step + 1) / total, `epoch ${epoch + 1}/${train.epochs} loss ${loss.toFixed(3)}`),
      ...(best ? { afterEpoch: best.look } : {}),
      halfway: { ...work.halfway, ...(best ? { more: best.halfway } : {}) },
    })
    best?.restore()
    return losses
  } catch (error) {
    throw located(error, `module of task "${task}"`, train.learning_rate)
  } finally {
    await session.release()
    await best?.release()
  }
}

/** Right predictions on the validation examples. */
const validator = async (
  work: Work,
  trace: ReturnType<typeof encoder>,
  values: Map<string, Float32Array>,
  { texts, labels }: LabelledTexts,
): Promise<BestEpoch> => {
  const evaluation = program({
    logits: headLogits(
      trace.features,
      parameter("head/W", [values.get("head/W")!.length / values.get("head/b")!.length, values.get("head/b")!.length]),
      parameter("head/b", [values.get("head/b")!.length]),
    ),
  })
  const session = await (await work.engine()).compile(evaluation)
  const right = async () => {
    const { logits } = await forwardAll({ session, texts, extra: () => parameterFeeds(evaluation, values) })
    return largest(logits).reduce((sum, c, i) => sum + (c === labels[i] ? 1 : 0), 0)
  }
  return bestEpoch(values, right, session.release)
}
