/** The shared model of a stage, ready for evaluation. */
import type { Network, Participant } from "../../../../model/encoder.ts"
import type { Artifact } from "../../../../plan/step.ts"
import type { HostTensor } from "../../../../plugin/index.ts"
import type { Work } from "../../../work.ts"
import { adapterIn } from "../../adapter.ts"
import { type Chosen, host } from "../../given.ts"
import { bodyOf } from "./body.ts"
import { isBeside } from "./carried.ts"
import type { Attached } from "./start.ts"

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
  const { adapter } = json as unknown as { readonly adapter?: Chosen }
  return adapter && { plugin: await adapterIn(work, adapter), options: adapter.options }
}
