/** The network of a shared model below its head: with the adapter that is trained for its tasks, or with weights of its own. */
import { attended } from "../../../../model/attended.ts"
import { beforeEarlier } from "../../../../model/before_earlier.ts"
import { besideEarlier } from "../../../../model/beside_earlier.ts"
import type { Network, Participant } from "../../../../model/encoder.ts"
import type { Keep } from "../../../../model/kept.ts"
import { bySite, NO_HEAD } from "../../../../model/library.ts"
import { frozen, trainable } from "../../../../model/single.ts"
import type { Adapter, Growth, HostTensor, Mode, Tensor } from "../../../../plugin/index.ts"
import { type Attending, attentionWeights, isOfAttention } from "./attention.ts"
import { earlierIn, isEarlier } from "./earlier.ts"
import { type Pooled, poolParticipant } from "./pool.ts"
import type { Represented } from "./representation.ts"

/** The one adapter that is trained for all tasks, or of which each task gets a module. */
interface Shared {
  readonly plugin: Adapter
  readonly options: unknown
  readonly grows?: Growth
  /** Where what modules give adds up: what weighs it. */
  readonly attends?: Attending
  readonly pool?: undefined
}

/** None where everything is trained. */
export type Attached = Shared | Pooled | undefined

export interface Body {
  readonly net: Network
  readonly participant: Participant
  /** The backbone's own weights are parameters. */
  readonly trained: boolean
  /** Of a strategy with a representation of its own: what the head reads in the place of features. */
  readonly represented?: Represented
  /** Of a strategy that attends: the weights of the modules, [modules], of the texts that were traced last. */
  readonly attention?: () => Tensor
}

/** With parameters; without a mode as constants, as they stand. `keep`: how weights of modules go on while an answer is generated. */
export const bodyOf = (
  net: Network,
  adapter: Attached,
  { arrays }: { readonly arrays: ReadonlyMap<string, HostTensor> },
  mode?: Mode,
  keep?: Keep,
): Body => {
  const own = [...arrays].filter(([name]) => !name.startsWith("head/") && !isEarlier(name) && !isOfAttention(name))
  if (adapter?.pool) return { net, participant: poolParticipant(net, adapter, arrays, mode), trained: false }
  if (adapter) {
    const { plugin, options, grows, attends } = adapter
    const newest = mode
      ? trainable(plugin, options, net.checkpoint.sites, mode, arrays)
      : frozen({ task: "all", adapter: plugin, options, sites: bySite(own), head: NO_HEAD })
    const earlier = grows ? earlierIn(adapter, arrays) : []
    if (attends) {
      const { participant, weights } = attended(newest, earlier, attentionWeights(net, attends, arrays, mode), keep)
      return { net, participant, trained: false, attention: weights }
    }
    const all = grows === "sum" ? besideEarlier(newest, earlier, "summed") : beforeEarlier(newest, earlier)
    return { net, participant: earlier.length > 0 ? all : newest, trained: false }
  }
  if (mode) return { net, participant: {}, trained: true }
  const weights: Record<string, HostTensor> = Object.fromEntries(own)
  return { net: { ...net, checkpoint: { ...net.checkpoint, weights } }, participant: {}, trained: false }
}
