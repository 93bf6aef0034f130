/** Traces a backbone with whatever takes part in it (an adapter, a routed library, nothing) down to the features that heads read. */

import type { Backbone, Checkpoint, Site } from "../plugin/index.ts"
import {
  add,
  type HostTensor,
  input,
  type Layout,
  matmul,
  packedLayout,
  parameter,
  pool,
  type Tensor,
  weight,
} from "../tensor/index.ts"

/** What may take part in the forward pass of a backbone. */
export interface Participant {
  /** Sees the hidden state at the input of each block, [length, width]. */
  readonly block?: (layer: number, hidden: Tensor) => void
  /** Changes the output y of a site's linear layer, given its input x. */
  readonly linear?: (site: Site, x: Tensor, y: Tensor) => Tensor
}

export interface Encoded {
  readonly layout: Layout
  /** Hidden states of the last layer, [length, width]. */
  readonly hidden: Tensor
  /** What the heads read, [width]. */
  readonly features: Tensor
}

export interface Network {
  readonly backbone: Backbone
  readonly checkpoint: Checkpoint
}

/** `trained`: the backbone's own weights are parameters (full fine-tuning), else frozen. */
export const encoder = (
  { backbone, checkpoint }: Network,
  participant: Participant = {},
  trained = false,
  layout = packedLayout(),
): Encoded => {
  const rows = { of: "tokens", layout } as const
  const siteOf = new Map(checkpoint.sites.map((site) => [site.name, site]))
  const hidden = backbone.forward(
    {
      layout,
      ids: input("ids", ["tokens"], "int", rows),
      positions: input("positions", ["tokens"], "int", rows),
      weight: (name) => weightOf(checkpoint, name, trained),
      block: (layer, state) => {
        participant.block?.(layer, state)
        return state
      },
      linear: (name, x, w, bias) => {
        const y = bias ? add(matmul(x, w), bias) : matmul(x, w)
        const site = siteOf.get(name)
        if (!site)
          throw new Error(`backbone ${backbone.name} calls the site "${name}", which its checkpoint does not list`)
        return participant.linear ? participant.linear(site, x, y) : y
      },
    },
    checkpoint,
  )
  return { layout, hidden, features: pool(checkpoint.config.pooling === "cls" ? "cls" : "mean", hidden) }
}

const weightOf = ({ weights }: Checkpoint, name: string, trained: boolean): Tensor => {
  const host: HostTensor | undefined = weights[name]
  if (!host) throw new Error(`the checkpoint has no weight "${name}"`)
  return trained ? parameter(name, host.shape) : weight(name, host)
}

/** Scores of classes from features: [width] -> [classes]. */
export const headLogits = (features: Tensor, W: Tensor, b: Tensor): Tensor => add(matmul(features, W), b)
