/** The shared model of a stage, ready for evaluation. */
import type { Network, Participant } from "../../../../model/encoder.ts"
import type { Taking } from "../../../../model/generation_step.ts"
import { initialsFor, trainedNames } from "../../../../model/single.ts"
import type { Artifact } from "../../../../plan/step.ts"
import type { Growth, HostTensor, Strategy, Tensor } from "../../../../plugin/index.ts"
import type { Work } from "../../../work.ts"
import { adapterIn } from "../../adapter.ts"
import { type Chosen, host } from "../../given.ts"
import { attentionInitials } from "./attention.ts"
import { type Attached, bodyOf } from "./body.ts"
import { isBeside } from "./carried.ts"
import { type HeadForm, headNames } from "./joint_head.ts"
import { poolInitials, queryKind } from "./pool.ts"
import { type Represented, representationInitials, representationOf } from "./representation.ts"

export const sharedModule = async (
  work: Work,
  net: Network,
  shared: Artifact,
): Promise<{
  readonly network: Network
  readonly participant: Participant
  /** Who takes part where a text is written. */
  readonly taking: Taking
  /** Of one that reads features of the frozen network: which. */
  readonly reads?: ReturnType<typeof queryKind>
  /** What its head reads, of the features of a text. */
  readonly represent: (features: Tensor) => Tensor
}> => {
  const adapter = await adapterOf(work, shared)
  const represented = await representedOf(work, shared)
  const arrays = arraysOf(shared)
  const { net: network, participant } = bodyOf(net, adapter, { arrays })
  return {
    network,
    participant,
    taking: (_layout, keep) => bodyOf(net, adapter, { arrays }, undefined, keep).participant,
    ...(adapter?.pool && { reads: queryKind(adapter) }),
    represent: (features) => (represented ? representationOf(net, represented, features, arrays, "frozen") : features),
  }
}

/** Of the model of a strategy that has one. */
export const representedOf = async (work: Work, { json }: Artifact): Promise<Represented | undefined> => {
  const { represented } = json as unknown as {
    readonly represented?: { readonly strategy: Chosen; readonly tasks: number }
  }
  if (!represented) return undefined
  const { plugin, from, options } = represented.strategy
  return { strategy: await work.plugin<Strategy>("strategy", plugin, from), options, tasks: represented.tasks }
}

/** The arrays of the model itself. */
export const arraysOf = ({ arrays }: Artifact): Map<string, HostTensor> =>
  new Map(Object.entries(arrays).flatMap(([name, array]) => (isBeside(name) ? [] : [[name, host(array)] as const])))

export const adapterOf = async (work: Work, { json }: Artifact): Promise<Attached> => {
  const { adapter, grows, attends, pool } = json as unknown as {
    readonly adapter?: Chosen
    readonly grows?: Growth
    readonly attends?: OfStage
    readonly pool?: OfStage
  }
  if (!adapter) return undefined
  const attached = { plugin: await adapterIn(work, adapter), options: adapter.options }
  if (pool) return { ...attached, pool: await atStage(work, pool) }
  return { ...attached, ...(grows && { grows }), ...(attends && { attends: await atStage(work, attends) }) }
}

/** A strategy whose arrays go by stage. */
interface OfStage {
  readonly strategy: Chosen
  readonly stage: number
}

const atStage = async (work: Work, { strategy: { plugin, from, options }, stage }: OfStage) => ({
  strategy: await work.plugin<Strategy>("strategy", plugin, from),
  options,
  stage,
})

/** What is trained of a model, by name, in the order in which it is trained. */
export const trainedIn = (
  net: Network,
  adapter: Attached,
  arrays: ReadonlyMap<string, HostTensor>,
  form: HeadForm,
  represented?: Represented,
): readonly string[] => {
  const body = adapter?.pool
    ? trainedNames(poolInitials(net, adapter))
    : adapter
      ? trainedNames(initialsFor(adapter.plugin, adapter.options, net.checkpoint.sites))
      : [...arrays.keys()].filter((name) => !name.startsWith("head/"))
  const attention = adapter?.attends ? trainedNames(attentionInitials(net, adapter.attends)) : []
  const own = represented ? trainedNames(representationInitials(net, represented)) : []
  return [...body, ...attention, ...[...headNames(form), ...own].filter((name) => arrays.has(name))]
}
