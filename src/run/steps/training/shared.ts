/** A training strategy at a stage: one shared module, or every weight of the backbone, with a joint head from zero. */

import type { Network, Participant } from "../../../model/encoder.ts"
import { drawn, freshModule } from "../../../model/initial.ts"
import { frozen, initialsFor, trainable, trainedNames } from "../../../model/single.ts"
import type { TrainOptions } from "../../../plan/rows/cell.ts"
import type { Artifact, Json, StoredArray } from "../../../plan/step.ts"
import {
  type Adapter,
  type HostTensor,
  randomStream,
  type Strategy,
  type TokenIds,
  zeros,
} from "../../../plugin/index.ts"
import type { Perform, Work } from "../../work.ts"
import { adapterIn } from "../adapter.ts"
import {
  type AnsweredTexts,
  answeredIn,
  type Chosen,
  type ChosenBackbone,
  classCount,
  host,
  jointColumns,
  type LabelledTexts,
  labelledIn,
  libraryFrom,
  network,
  offsetsOf,
} from "../given.ts"
import { minimise } from "./minimise.ts"
import { answering, classifying } from "./objective.ts"
import { described, parameterGroups } from "./train_block.ts"

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
  const minimised = { smoothing: training.label_smoothing, trained: !adapter }
  const objective = options.head
    ? answering(net, participant, answered(work, options), minimised)
    : classifying(net, participant, labelled(work, options), start, minimised)
  const names = [...values.keys()]
  const rate = adapter ? training.learning_rate : Number((strategy.options as { learning_rate: number }).learning_rate)
  const arrays = adapter
    ? described(adapter.plugin, adapter.options, net, start, names)
    : new Map(names.map((one) => [one, { shape: start.get(one)!.shape }]))
  await minimise(work, objective, {
    values,
    groups: parameterGroups(arrays, rate, training),
    train: training,
    rate,
    of: `"${name}" at stage ${stage + 1}`,
    stream: (purpose) => randomStream(seed, purpose, name, stage),
  })
}

/** Training texts of the tasks that the stage visits, with their columns of the joint head. */
const labelled = (work: Work, { visits, scenario }: SharedOptions): LabelledTexts => {
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
  return { texts, labels: Int32Array.from(labels) }
}

/** Training texts of the tasks that the stage visits, with their answers. */
const answered = (work: Work, { visits }: SharedOptions): AnsweredTexts => {
  const visited = work
    .inputs("tokens")
    .flatMap((artifact, t) => (visits.includes(t) ? [answeredIn(artifact, "train")] : []))
  return { texts: visited.flatMap(({ texts }) => texts), answers: visited.flatMap(({ answers }) => answers) }
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
