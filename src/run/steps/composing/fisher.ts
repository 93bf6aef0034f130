/** The diagonal of a module's Fisher information on training texts of its task. */
import { SHARED } from "../../../model/library.ts"
import { initialsFor, trainable, trainedNames } from "../../../model/single.ts"
import type { StepOptions } from "../../../plan/options/step_options.ts"
import type { Artifact, StoredArray } from "../../../plan/step.ts"
import { type HostTensor, randomStream } from "../../../plugin/index.ts"
import type { Perform } from "../../work.ts"
import { answeredIn, host, labelledIn, libraryFrom, network } from "../given.ts"
import { answering, classifying } from "../training/objective.ts"
import { fisherDiagonal } from "./fisher_diagonal.ts"

export const fisher: Perform = async (work) => {
  const { backbone, examples, labels, task, seed } = work.options as unknown as StepOptions["fisher"]
  const net = await network(work, backbone)
  const [{ adapter, options, head, sites: own }] = await libraryFrom(work, [work.input("module")])
  const all = new Map(
    Object.entries(work.input("module").arrays).map(([name, array]): [string, HostTensor] => [name, host(array)]),
  )
  // A module that was trained elsewhere may attach at some of its adapter's sites alone.
  const sites = SHARED in own ? net.checkpoint.sites : net.checkpoint.sites.filter(({ name }) => name in own)
  const taking = trainable(adapter, options, sites, { training: false }, all)
  const plain = { smoothing: 0 }
  const classes = head.b.data.length
  const tokens = work.input("tokens")
  const { diagonal, texts } = await fisherDiagonal(work, {
    objective:
      classes === 0
        ? answering(net, taking, answeredIn(tokens, "train"), plain)
        : classifying(net, taking, labelledIn(tokens, "train"), all, plain),
    names: trainedNames(initialsFor(adapter, options, sites)),
    values: new Map([...all].map(([name, { data }]) => [name, data as Float32Array])),
    classes,
    order: randomStream(seed, "fisher", task),
    examples,
    labels,
  })
  return {
    json: { task, examples: texts },
    arrays: Object.fromEntries(
      [...diagonal].map(([name, data]): [string, StoredArray] => [name, { shape: all.get(name)!.shape, data }]),
    ),
  } satisfies Artifact
}
