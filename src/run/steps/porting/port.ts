/**
 * A module that was trained on one backbone, carried over to another by a transfer: where a module there starts. Or what the
 * portability protocol sets against it: numbers drawn like its own (`resampled`), or its own in another order (`permuted`).
 */

import { originsOf } from "../../../model/initial.ts"
import { carried, NotCarried } from "../../../model/porting/carried.ts"
import { initialsFor, trainedNames } from "../../../model/single.ts"
import type { StepOptions } from "../../../plan/options/step_options.ts"
import type { Artifact, StoredArray } from "../../../plan/step.ts"
import { type HostTensor, randomStream, type Transfer } from "../../../plugin/index.ts"
import type { Perform } from "../../work.ts"
import { adapterIn } from "../adapter.ts"
import { arraysOfModule, type Chosen, network } from "../given.ts"
import { notServed, turnedDown } from "../not_served.ts"
import { featureMaps } from "./alignment.ts"
import { drawnLike } from "./drawn_like.ts"
import { layersOf } from "./layers.ts"

export const port: Perform = async (work) => {
  const options = work.options as unknown as StepOptions["port"]
  const { backbone, adapter: chosen } = options
  const net = await network(work, backbone)
  const adapter = await adapterIn(work, chosen)
  const before = work.input("module")
  const reason = turnedDown(before)
  if (reason !== undefined) return notServed(reason)
  if (options.how !== "ported") {
    const trained = new Set(trainedNames(initialsFor(adapter, chosen.options, net.checkpoint.sites)))
    const random = (name: string) => randomStream(options.seed, options.how, options.task, name)
    return startOf(chosen, before, drawnLike(arraysOfModule(before), trained, options.how, random))
  }
  const source = await network(work, options.source)
  const transfer = await work.plugin<Transfer>("transfer", options.transfer.plugin, options.transfer.from)
  const layers = layersOf(transfer, options.transfer.options, source, net)
  if (typeof layers === "string") return notServed(layers)
  const features = await featureMaps(work, { transfer, options: options.transfer.options }, source, net, layers, {
    adapter,
    options: chosen.options,
  })
  if (typeof features === "string") return notServed(features)
  try {
    return startOf(
      chosen,
      before,
      carried({
        adapter,
        options: chosen.options,
        module: arraysOfModule(before),
        sites: { source: source.checkpoint.sites, target: net.checkpoint.sites },
        layers,
        features,
        origins: originsOf(net, adapter, chosen.options),
      }),
    )
  } catch (error) {
    if (error instanceof NotCarried) return notServed(`${transfer.name}: ${error.message}`)
    throw error
  }
}

/** Modules that started alike have that in common wherever they are carried. */
const startOf = (adapter: Chosen, { json }: Artifact, arrays: ReadonlyMap<string, HostTensor>): Artifact => {
  const { initialisation } = json as { readonly initialisation?: string }
  return {
    json: { adapter: adapter as never, ...(initialisation === undefined ? {} : { initialisation }) },
    arrays: Object.fromEntries(arrays) as Record<string, StoredArray>,
  }
}
