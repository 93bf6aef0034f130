/** The network of a shared model below its head: with the one adapter that is trained for all tasks, or with weights of its own. */
import type { Network, Participant } from "../../../../model/encoder.ts"
import { bySite, NO_HEAD } from "../../../../model/library.ts"
import { frozen, trainable } from "../../../../model/single.ts"
import type { Adapter, HostTensor, Mode } from "../../../../plugin/index.ts"

/** The one adapter that is trained for all tasks; none where everything is. */
export type Attached = { readonly plugin: Adapter; readonly options: unknown } | undefined

export interface Body {
  readonly net: Network
  readonly participant: Participant
  /** The backbone's own weights are parameters. */
  readonly trained: boolean
}

/** With parameters; without a mode as constants, as they stand. */
export const bodyOf = (
  net: Network,
  adapter: Attached,
  { arrays }: { readonly arrays: ReadonlyMap<string, HostTensor> },
  mode?: Mode,
): Body => {
  const own = [...arrays].filter(([name]) => !name.startsWith("head/"))
  if (adapter)
    return {
      net,
      participant: mode
        ? trainable(adapter.plugin, adapter.options, net.checkpoint.sites, mode, arrays)
        : frozen({ task: "all", adapter: adapter.plugin, options: adapter.options, sites: bySite(own), head: NO_HEAD }),
      trained: false,
    }
  if (mode) return { net, participant: {}, trained: true }
  const weights: Record<string, HostTensor> = Object.fromEntries(own)
  return { net: { ...net, checkpoint: { ...net.checkpoint, weights } }, participant: {}, trained: false }
}
