/** A training strategy at a stage: one shared module, or every weight of the backbone, with a joint head from zero. */

import { answerLoss, pairFeeds } from "../../model/answers.ts"
import type { Feeds } from "../../model/batch.ts"
import { encoder, headLogits, type Network, type Participant } from "../../model/encoder.ts"
import { withGradients } from "../../model/gradients.ts"
import { drawn, freshModule } from "../../model/initial.ts"
import { optimise, textFeeds } from "../../model/optimise.ts"
import { partsOf, tokensAtOnce } from "../../model/parts.ts"
import { frozen, initialsFor, trainable, trainedNames } from "../../model/single.ts"
import type { TrainOptions } from "../../plan/cell.ts"
import type { Artifact, Json, StoredArray } from "../../plan/step.ts"
import {
  type Adapter,
  crossEntropy,
  type HostTensor,
  input,
  parameter,
  randomStream,
  type Strategy,
  type Tensor,
  type TokenIds,
  zeros,
} from "../../plugin/index.ts"
import type { Perform, Work } from "../work.ts"
import { adapterIn } from "./adapter.ts"
import {
  answeredIn,
  type Chosen,
  type ChosenBackbone,
  classCount,
  host,
  jointColumns,
  labelledIn,
  libraryFrom,
  network,
  offsetsOf,
} from "./given.ts"
import { located } from "./located.ts"
import { described, loopOptions, parameterGroups } from "./train_block.ts"

export interface SharedOptions {
  readonly backbone: ChosenBackbone
  readonly strategy: Chosen
  /** Absent where everything is trained. */
  readonly adapter?: Chosen
  readonly train: TrainOptions
  readonly name: string
  readonly stage: number
  readonly seed: number
  /** Tasks whose training texts this stage visits. */
  readonly visits: readonly number[]
  /** Tasks share their labels: one column of the head for each label. */
  readonly scenario?: "domain_incremental"
  /** It is trained to write answers, without a head. */
  readonly head?: "text"
}

export const shared: Perform = async (work) => {
  const options = work.options as unknown as SharedOptions
  const net = await network(work, options.backbone)
  const strategy = await work.plugin<Strategy>("strategy", options.strategy.plugin, options.strategy.from)
  const { adapter: chosen } = options
  const adapter = chosen && {
    plugin: await adapterIn(work, chosen),
    options: chosen.options,
  }
  const start = startingValues(work, net, adapter, options)
  const trained = adapter
    ? [
        ...trainedNames(initialsFor(adapter.plugin, adapter.options, net.checkpoint.sites)),
        ...(options.head ? [] : ["head/W", "head/b"]),
      ]
    : [...start.keys()]
  const values = new Map(trained.map((name) => [name, start.get(name)!.data as Float32Array]))
  await train(work, net, adapter, options, start, values)
  const parameters = [...values.values()].reduce((sum, { length }) => sum + length, 0)
  return {
    json: {
      trains: strategy.trains,
      task: options.name,
      parameters,
      ...(chosen && { adapter: chosen }),
    } as unknown as Json,
    arrays: Object.fromEntries(start) as Record<string, StoredArray>,
  } satisfies Artifact
}

/** The one adapter that is trained for all tasks; none where everything is. */
type Attached = { readonly plugin: Adapter; readonly options: unknown } | undefined

/** From where the last stage ended, or from the checkpoint, fresh modules and a head of zeros. */
const startingValues = (
  work: Work,
  net: Network,
  adapter: Attached,
  { seed, name, scenario, head: writes }: SharedOptions,
): Map<string, HostTensor> => {
  const { checkpoint } = net
  const classes = 1 + Math.max(...jointColumns(work.inputs("tokens"), scenario === "domain_incremental"))
  const [previous] = work.inputs("previous")
  if (previous)
    return new Map(
      Object.entries(previous.arrays).map(([key, array]) => [key, { shape: array.shape, data: array.data.slice() }]),
    )
  const shapes = writes
    ? []
    : [
        ["head/W", [checkpoint.width, classes]],
        ["head/b", [classes]],
      ]
  const head: [string, HostTensor][] = shapes.map(([key, shape]) => [
    key as string,
    drawn(zeros(shape as number[]), randomStream(0)),
  ])
  const body: (readonly [string, HostTensor])[] = adapter
    ? [...freshModule(net, adapter.plugin, adapter.options, (key) => randomStream(seed, "initial", name, key))]
    : Object.entries(checkpoint.weights).map(([key, { shape, data }]) => [
        key,
        { shape, data: (data as Float32Array).slice() },
      ])
  return new Map([...body, ...head])
}

const train = async (
  work: Work,
  net: Network,
  adapter: Attached,
  options: SharedOptions,
  start: ReadonlyMap<string, HostTensor>,
  values: Map<string, Float32Array>,
): Promise<void> => {
  const { strategy, train: training, name, stage, seed } = options
  const participant = adapter
    ? trainable(adapter.plugin, adapter.options, net.checkpoint.sites, { training: true }, start)
    : {}
  const { loss, texts, feeds, parts } = options.head
    ? answering(work, net, participant, options)
    : classifying(work, net, participant, options, start)
  const names = [...values.keys()]
  const compiled = withGradients(loss, names)
  const session = await (await work.engine()).compile(compiled)
  const rate = adapter ? training.learning_rate : Number((strategy.options as { learning_rate: number }).learning_rate)
  try {
    await optimise({
      session,
      program: compiled,
      values,
      groups: parameterGroups(
        adapter
          ? described(adapter.plugin, adapter.options, net, start, names)
          : new Map(names.map((name) => [name, { shape: start.get(name)!.shape }])),
        rate,
        training,
      ),
      examples: texts.length,
      feeds,
      ...(parts ? { parts: parts(values) } : {}),
      ...loopOptions(training),
      order: randomStream(seed, "batches", name, stage),
      noise: randomStream(seed, "noise", name, stage),
      halfway: work.halfway,
      onStep: (step, total, epoch, value) =>
        work.progress((step + 1) / total, `epoch ${epoch + 1}/${training.epochs} loss ${value.toFixed(3)}`),
    })
  } catch (error) {
    throw located(error, `"${name}" at stage ${stage + 1}`, rate)
  } finally {
    await session.release()
  }
}

/** What is minimised, on which texts. */
interface Objective {
  readonly loss: Tensor
  readonly texts: readonly TokenIds[]
  readonly feeds: (batch: Int32Array) => Feeds
  /** Batches in parts, where the loss is a mean over examples. */
  readonly parts?: (values: ReadonlyMap<string, Float32Array>) => (batch: Int32Array) => readonly Int32Array[]
}

/** The cross-entropy of the labels under the joint head. */
const classifying = (
  work: Work,
  net: Network,
  participant: Participant,
  { adapter, train: training, visits, scenario }: SharedOptions,
  start: ReadonlyMap<string, HostTensor>,
): Objective => {
  const columns = jointColumns(work.inputs("tokens"), scenario === "domain_incremental")
  const { offsets } = offsetsOf(work.inputs("tokens").map(classCount))
  const texts: TokenIds[] = []
  const labels: number[] = []
  work.inputs("tokens").forEach((artifact, t) => {
    if (!visits.includes(t)) return
    const split = labelledIn(artifact, "train")
    texts.push(...split.texts)
    for (const label of split.labels) labels.push(columns[offsets[t] + label])
  })
  const joint = Int32Array.from(labels)
  const trace = encoder(net, participant, !adapter)
  const logits = headLogits(
    trace.features,
    parameter("head/W", start.get("head/W")!.shape),
    parameter("head/b", start.get("head/b")!.shape),
  )
  const targets = input("labels", ["examples"], "int", { of: "examples", layout: trace.layout })
  return {
    loss: crossEntropy(logits, targets, undefined, training.label_smoothing),
    texts,
    feeds: (batch) => textFeeds(texts, joint, batch),
    parts: (values) => {
      const atOnce = tokensAtOnce(net.checkpoint.sites, values)
      return (batch) => partsOf(texts, batch, atOnce)
    },
  }
}

/** The loss of the answers' tokens. */
const answering = (
  work: Work,
  net: Network,
  participant: Participant,
  { adapter, train: training, visits }: SharedOptions,
): Objective => {
  const visited = work
    .inputs("tokens")
    .flatMap((artifact, t) => (visits.includes(t) ? [answeredIn(artifact, "train")] : []))
  const texts = visited.flatMap((split) => split.texts)
  const answers = visited.flatMap((split) => split.answers)
  return {
    loss: answerLoss(net, participant, { trained: !adapter, smoothing: training.label_smoothing }),
    texts,
    feeds: (batch) =>
      pairFeeds(
        net,
        Array.from(batch, (i) => texts[i]),
        Array.from(batch, (i) => answers[i]),
      ),
  }
}

/** The shared model, ready for evaluation. */
export const sharedModule = async (
  work: Work,
  net: Network,
  artifact: Artifact,
): Promise<{ readonly network: Network; readonly participant: Participant }> => {
  if ((artifact.json as { trains: string }).trains === "adapter") {
    const [module] = await libraryFrom(work, [artifact])
    return { network: net, participant: frozen(module) }
  }
  const weights = Object.fromEntries(
    Object.entries(artifact.arrays)
      .filter(([name]) => !name.startsWith("head/"))
      .map(([name, array]) => [name, host(array)]),
  )
  return { network: { backbone: net.backbone, checkpoint: { ...net.checkpoint, weights } }, participant: {} }
}
