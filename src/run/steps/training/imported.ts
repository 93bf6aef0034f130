/**
 * A module that was trained elsewhere, put on the backbone. Its head is that of its folder where this was fitted on the
 * task's own classes and on the state that the backbone gives; else a linear head is fitted on the task's training texts,
 * the module frozen.
 */
import type { StepOptions } from "../../../plan/options/step_options.ts"
import type { Artifact, StoredArray } from "../../../plan/step.ts"
import type { HostTensor } from "../../../plugin/index.ts"
import { peftDigest } from "../../peft/folder.ts"
import { readPeft } from "../../peft/read.ts"
import { headFor } from "../../peft/task_head.ts"
import { type Perform, StepError } from "../../work.ts"
import { adapterIn } from "../adapter.ts"
import { network } from "../given.ts"
import { fittedHead } from "./fitted_head.ts"

type Options = StepOptions["imported"]

export const imported: Perform = async (work) => {
  const options = work.options as unknown as Options
  const { backbone, adapter: chosen, folder, task } = options
  const net = await network(work, backbone)
  const adapter = await adapterIn(work, chosen)
  if (peftDigest(folder.location, folder.directory) !== folder.fingerprint)
    throw new StepError(
      `the files of the module "${folder.location}" are not those that the plan has seen`,
      "run again, and let nobody write into the folder meanwhile",
    )
  const read = readPeft(net, { ...folder, base: backbone.location, adapters: [adapter] })
  const own = Object.entries(read.sites).flatMap(([site, parameters]) =>
    Object.entries(parameters).map(([name, value]) => [`${site}/${name}`, value] as const),
  )
  if (options.head === "text") return artifactOf(options, Object.fromEntries(own))
  const { labels } = work.input("tokens").json as { readonly labels: readonly string[] }
  const { head: found, otherwise } = headFor(read, labels, net.checkpoint)
  if (otherwise !== undefined)
    work.warn(
      `the module "${folder.location}" of task "${task}" ${otherwise}: a head is fitted on the task's training texts, the module frozen`,
    )
  const head =
    found ?? (await fittedHead(work, net, { task, adapter, options: read.options, sites: read.sites }, options))
  return artifactOf(
    options,
    { ...Object.fromEntries(own), "head/W": head.W, "head/b": head.b },
    found ? "of the folder" : "fitted",
  )
}

/** `head`: where it comes from; what writes answers has none. */
const artifactOf = (
  { task, adapter }: Options,
  arrays: Readonly<Record<string, HostTensor>>,
  head?: string,
): Artifact => ({
  json: {
    task,
    adapter: adapter as never,
    parameters: Object.values(arrays).reduce((sum, { data }) => sum + data.length, 0),
    ...(head === undefined ? {} : { head }),
  },
  arrays: arrays as Record<string, StoredArray>,
})
