/**
 * One task's module, with its head where classes are chosen: trained in isolation on the frozen backbone, no other module in
 * sight, unless its `train` block has earlier modules at work beside it.
 */
import { besideEarlier, WEIGHTS } from "../../../model/beside_earlier.ts"
import type { Network } from "../../../model/encoder.ts"
import { drawn, freshModule } from "../../../model/initial.ts"
import { bySite } from "../../../model/library.ts"
import { initialsFor, trainable, trainedNames } from "../../../model/single.ts"
import type { ModuleOptions, StepOptions } from "../../../plan/options/step_options.ts"
import type { Artifact, StoredArray } from "../../../plan/step.ts"
import { type Adapter, type HostTensor, randomStream, zeros } from "../../../plugin/index.ts"
import { type Perform, StepError, type Work } from "../../work.ts"
import { adapterIn } from "../adapter.ts"
import { answeredIn, classCount, host, labelledIn, libraryFrom, network } from "../given.ts"
import { notServed, turnedDown } from "../not_served.ts"
import type { BestEpoch } from "./best_epoch.ts"
import { fittedHead } from "./fitted_head.ts"
import { minimise } from "./minimise.ts"
import { answering, classifying, type Objective } from "./objective.ts"
import { described, parameterGroups } from "./train_block.ts"
import { byAnswers, byRightPredictions } from "./validation.ts"

export const module: Perform = async (work) => {
  const options = work.options as unknown as StepOptions["module"]
  const { adapter: chosen, train, task, seed, head } = options
  const carries = options.start !== undefined && !options.start.drawn
  const lacking = carries && options.start?.mayLack ? turnedDown(work.input("start")) : undefined
  if (lacking !== undefined) return notServed(lacking)
  const net = await network(work, options.backbone)
  const adapter = await adapterIn(work, chosen)
  /** All tasks start from the same draws. */
  const shared = train.initialisation === "shared"
  const streamOf = (name: string) => randomStream(seed, "initial", ...(shared ? [] : [task]), name)
  /** All arrays of the module and its head. */
  const start = new Map<string, HostTensor>([
    ...freshModule(net, adapter, chosen.options, streamOf),
    ...(carries ? carriedArrays(work) : []),
  ])
  if (head !== "text")
    for (const [name, array] of await startOfHead(work, net, adapter, options, start)) start.set(name, array)
  if (train.earlier === "weighted" && work.inputs("earlier").length > 0)
    start.set(WEIGHTS, drawn(zeros([work.inputs("earlier").length + 1]), streamOf(WEIGHTS)))
  const trained = [
    ...trainedNames(initialsFor(adapter, chosen.options, net.checkpoint.sites)),
    ...(head === "text" ? [] : ["head/W", "head/b"]),
    ...(start.has(WEIGHTS) ? [WEIGHTS] : []),
  ]
  /** Those that are trained: the same numbers, changed in place. */
  const values = new Map(trained.map((name) => [name, start.get(name)!.data as Float32Array]))
  const { objective, best } = await trainingOf(work, net, adapter, options, start, values)
  const steps = options.start?.steps
  const losses = await minimise(work, objective, {
    values,
    groups: parameterGroups(described(adapter, chosen.options, net, start, trained), train.learning_rate, train),
    train,
    ...(steps === undefined ? {} : { steps }),
    rate: train.learning_rate,
    of: `module of task "${task}"`,
    stream: (purpose) => randomStream(seed, purpose, task),
    ...(train.early_stop === "validation" && steps === undefined && best ? { best } : {}),
  })
  start.delete(WEIGHTS)
  values.delete(WEIGHTS)
  return {
    json: {
      task,
      adapter: chosen as never,
      ...((carries ? startedAlike(work) : shared) ? { initialisation: "shared" } : {}),
      parameters: [...values.values()].reduce((sum, { length }) => sum + length, 0),
    },
    arrays: {
      ...(Object.fromEntries(start) as Record<string, StoredArray>),
      "loss/steps": { shape: [losses.length], data: losses },
    },
  } satisfies Artifact
}

/** Arrays of the carried module that the step starts from. Throws StepError where there is none. */
const carriedArrays = (work: Work): readonly (readonly [string, HostTensor])[] => {
  const start = work.input("start")
  const reason = turnedDown(start)
  if (reason !== undefined)
    throw new StepError(
      `the module can't be carried over: ${reason}`,
      "take another transfer (`correlation` serves backbones of unlike width), or an adapter whose own sizes do not depend on the width of the backbone, such as `lora`, or `bottleneck` with a `width`",
    )
  return Object.entries(start.arrays).map(([name, array]) => [name, host(array)])
}

const startedAlike = (work: Work): boolean =>
  (work.input("start").json as { readonly initialisation?: string }).initialisation === "shared"

/** Zero, or fitted on the task's training texts under the module as it starts. */
const startOfHead = async (
  work: Work,
  net: Network,
  adapter: Adapter,
  { adapter: chosen, start: carried, train, task, seed }: ModuleOptions,
  start: ReadonlyMap<string, HostTensor>,
): Promise<readonly (readonly [string, HostTensor])[]> => {
  if (carried?.head === "fitted") {
    const { W, b } = await fittedHead(
      work,
      net,
      { task, adapter, options: chosen.options, sites: bySite(start) },
      { train, task, seed },
    )
    return [["head/W", W] as const, ["head/b", b] as const]
  }
  const classes = classCount(work.input("tokens"))
  const none = (shape: readonly number[]) => drawn(zeros(shape), randomStream(seed))
  return [["head/W", none([net.checkpoint.width, classes])] as const, ["head/b", none([classes])] as const]
}

/** What is minimised, and where there are validation examples, what finds the best epoch. */
const trainingOf = async (
  work: Work,
  net: Network,
  adapter: Adapter,
  { adapter: chosen, train, head }: ModuleOptions,
  start: ReadonlyMap<string, HostTensor>,
  values: Map<string, Float32Array>,
): Promise<{ readonly objective: Objective; readonly best?: () => Promise<BestEpoch> }> => {
  const tokens = work.input("tokens")
  const minimised = { smoothing: train.label_smoothing }
  const earlier = train.earlier === "absent" ? [] : await libraryFrom(work, work.inputs("earlier"))
  const taking = (training: boolean) => {
    const own = trainable(adapter, chosen.options, net.checkpoint.sites, { training }, start)
    return train.earlier === "absent" || earlier.length === 0 ? own : besideEarlier(own, earlier, train.earlier)
  }
  if (head === "text") {
    const validation = answeredIn(tokens, "validation")
    const objective = answering(net, taking(true), answeredIn(tokens, "train"), minimised)
    if (validation.texts.length === 0) return { objective }
    return { objective, best: () => byAnswers(work, net, taking(false), validation, values, train.batch) }
  }
  const validation = labelledIn(tokens, "validation")
  const objective = classifying(net, taking(true), labelledIn(tokens, "train"), start, minimised)
  if (validation.texts.length === 0) return { objective }
  return { objective, best: () => byRightPredictions(work, net, taking(false), validation, start, values) }
}
