/** The shared model of a stage, ready for evaluation. */
import type { Network, Participant } from "../../../../model/encoder.ts"
import { initialsFor, trainedNames } from "../../../../model/single.ts"
import type { Artifact } from "../../../../plan/step.ts"
import type { Growth, HostTensor } from "../../../../plugin/index.ts"
import type { Work } from "../../../work.ts"
import { adapterIn } from "../../adapter.ts"
import { type Chosen, host } from "../../given.ts"
import { type Attached, bodyOf } from "./body.ts"
import { isBeside } from "./carried.ts"
import { type HeadForm, headNames } from "./joint_head.ts"

export const sharedModule = async (
  work: Work,
  net: Network,
  shared: Artifact,
): Promise<{ readonly network: Network; readonly participant: Participant }> => {
  const { net: network, participant } = bodyOf(net, await adapterOf(work, shared), { arrays: arraysOf(shared) })
  return { network, participant }
}

/** The arrays of the model itself. */
export const arraysOf = ({ arrays }: Artifact): Map<string, HostTensor> =>
  new Map(Object.entries(arrays).flatMap(([name, array]) => (isBeside(name) ? [] : [[name, host(array)] as const])))

export const adapterOf = async (work: Work, { json }: Artifact): Promise<Attached> => {
  const { adapter, grows } = json as unknown as { readonly adapter?: Chosen; readonly grows?: Growth }
  return adapter && { plugin: await adapterIn(work, adapter), options: adapter.options, ...(grows && { grows }) }
}

/** What is trained of a model, by name, in the order in which it is trained. */
export const trainedIn = (
  { checkpoint }: Network,
  adapter: Attached,
  arrays: ReadonlyMap<string, HostTensor>,
  form: HeadForm,
): readonly string[] => {
  const body = adapter
    ? trainedNames(initialsFor(adapter.plugin, adapter.options, checkpoint.sites))
    : [...arrays.keys()].filter((name) => !name.startsWith("head/"))
  return [...body, ...headNames(form).filter((name) => arrays.has(name))]
}
