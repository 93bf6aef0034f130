/** From what a stage starts: from where the stage before left it, or from the checkpoint, fresh modules and a fresh head. */
import type { Network } from "../../../../model/encoder.ts"
import { drawn, freshModule } from "../../../../model/initial.ts"
import { type HostTensor, type Initial, randomStream } from "../../../../plugin/index.ts"
import type { Work } from "../../../work.ts"
import type { Attached } from "./body.ts"
import { isBeside } from "./carried.ts"
import { type HeadForm, headInitials } from "./joint_head.ts"
import { trainedIn } from "./module.ts"
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
  { seed, name, head: writes }: SharedOptions,
  { form, classes }: { readonly form: HeadForm; readonly classes: number },
): Start => {
  const { checkpoint } = net
  const streamOf = (key: string) => randomStream(seed, "initial", name, key)
  const head: Readonly<Record<string, Initial>> = writes ? {} : headInitials(form, checkpoint.width, classes)
  const [previous] = work.inputs("previous")
  const arrays = new Map<string, HostTensor>(
    previous
      ? Object.entries(previous.arrays)
          .filter(([key]) => !isBeside(key))
          .map(([key, { shape, data }]) => [key, { shape, data: data.slice() }])
      : [
          ...(adapter
            ? freshModule(net, adapter.plugin, adapter.options, streamOf)
            : Object.entries(checkpoint.weights).map(
                ([key, { shape, data }]) => [key, { shape, data: (data as Float32Array).slice() }] as const,
              )),
          ...Object.entries(head).map(([key, initial]) => [key, drawn(initial, streamOf(key))] as const),
        ],
  )
  return { arrays, names: trainedIn(net, adapter, arrays, form) }
}
