/** From what a stage starts: from where the stage before left it, with a fresh module where it grows; or from the checkpoint, a fresh module and a fresh head. */
import type { Network } from "../../../../model/encoder.ts"
import { drawn, freshArrays, freshModule } from "../../../../model/initial.ts"
import { type HostTensor, type Initial, randomStream } from "../../../../plugin/index.ts"
import type { Work } from "../../../work.ts"
import { attentionInitials } from "./attention.ts"
import type { Attached } from "./body.ts"
import { asEarlier } from "./earlier.ts"
import { type HeadForm, headInitials } from "./joint_head.ts"
import { arraysOf, trainedIn } from "./module.ts"
import { poolInitials } from "./pool.ts"
import { type Represented, representationInitials, representationWidth } from "./representation.ts"
import type { SharedOptions } from "./shared_options.ts"

export interface Start {
  /** All arrays of the model, by name. */
  readonly arrays: Map<string, HostTensor>
  /** Of these, those that are trained. */
  readonly names: readonly string[]
}

export const startOf = (
  work: Work,
  net: Network,
  adapter: Attached,
  { seed, name, stage, head: writes }: SharedOptions,
  {
    form,
    classes,
    represented,
  }: { readonly form: HeadForm; readonly classes: number; readonly represented?: Represented },
): Start => {
  const { checkpoint } = net
  const [previous] = work.inputs("previous")
  const grows = adapter?.grows !== undefined
  // The first task's module starts as that of a model which does not grow.
  const streamOf = (key: string) =>
    randomStream(seed, "initial", name, ...(grows && stage > 0 ? [`task ${stage}`] : []), key)
  const module = () =>
    adapter?.pool
      ? freshArrays(net, `strategy ${adapter.pool.strategy.name}`, poolInitials(net, adapter), streamOf)
      : adapter
        ? freshModule(net, adapter.plugin, adapter.options, streamOf)
        : copies(checkpoint.weights)
  const attention = () =>
    adapter?.attends
      ? freshArrays(net, `strategy ${adapter.attends.strategy.name}`, attentionInitials(net, adapter.attends), streamOf)
      : []
  const width = represented ? representationWidth(net, represented) : checkpoint.width
  const own = represented ? Object.fromEntries(representationInitials(net, represented)) : {}
  const head: Readonly<Record<string, Initial>> = writes ? {} : { ...headInitials(form, width, classes), ...own }
  const inherited = previous ? copies(Object.fromEntries(arraysOf(previous))) : []
  const arrays = new Map<string, HostTensor>(
    previous
      ? grows
        ? [...module(), ...attention(), ...asEarlier(inherited, stage)]
        : [...(adapter?.pool ? module() : []), ...inherited]
      : [
          ...module(),
          ...attention(),
          ...Object.entries(head).map(([key, initial]) => [key, drawn(initial, streamOf(key))] as const),
        ],
  )
  return { arrays, names: trainedIn(net, adapter, arrays, form, represented) }
}

const copies = (arrays: Readonly<Record<string, HostTensor>>): readonly (readonly [string, HostTensor])[] =>
  Object.entries(arrays).map(([key, { shape, data }]) => [key, { shape, data: (data as Float32Array).slice() }])
