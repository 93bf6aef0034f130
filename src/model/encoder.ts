/** Traces a backbone with whatever takes part in it (an adapter, a routed library, nothing) down to the features that heads read. */

import {
  type Backbone,
  type Checkpoint,
  DataError,
  type Extension,
  type FrozenLayer,
  type Norm,
  type Site,
  type Trace,
} from "../plugin/index.ts"
import {
  type AttentionOptions,
  add,
  attention,
  concat,
  constant,
  gather,
  type HostTensor,
  input,
  type Layout,
  layerNorm,
  matmul,
  type Prefix,
  packedLayout,
  parameter,
  pool,
  rmsNorm,
  type Tensor,
  visibleShape,
  weight,
  withVirtualTokens,
} from "../tensor/index.ts"

/** What may take part in the forward pass of a backbone. */
export interface Participant {
  /** Sees the hidden state at the input of each block, [length, width]; `text`: where the block decodes, the encoder's last. */
  readonly block?: (layer: number, hidden: Tensor, text?: Tensor) => void
  /** Tokens [n, width] that join those of every text, whose rows of the table at an embeddings site are e [length, width]; `text`: where these are answers, the encoder's last state. */
  readonly join?: (layer: FrozenLayer, e: Tensor, text?: Tensor) => Tensor | undefined
  /** Changes the output y of a linear, norm or block site, given its input x. */
  readonly change?: (layer: FrozenLayer, x: Tensor, y: Tensor) => Tensor
  /** Sees the scores [length, experts] by which each token chooses k experts of a sub-layer. */
  readonly experts?: (name: string, scores: Tensor, k: number) => void
  /** Changes the output y of an attention site with queries q; `extended` gives it with further keys and values. */
  readonly attend?: (site: Site, q: Tensor, y: Tensor, extended: (extension: Extension) => Tensor) => Tensor
  /** What the tokens see at an attention site besides themselves, given their keys and values: tokens of earlier runs. */
  readonly earlier?: (site: Site, k: Tensor, v: Tensor, options: AttentionOptions) => Prefix | undefined
  /** What the tokens of an answer see of the text, given the keys and values of its tokens: those of an earlier run. */
  readonly text?: (site: Site, k: Tensor, v: Tensor) => TextSeen
}

/** Keys and values of the text of each example, padded [keys, d], with a mask [keys]; or those of its tokens as they are. */
export interface TextSeen {
  readonly keys: Tensor
  readonly values: Tensor
  readonly mask?: Tensor
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

/** The weights of a backbone as leaves: all are parameters (full fine-tuning) or frozen, or as a function of name and numbers has it. */
export type Trained = boolean | ((name: string, host: HostTensor) => Tensor)

/** `trained`: what of the backbone's own weights is a parameter. */
export const encoder = (
  network: Network,
  participant: Participant = {},
  trained: Trained = false,
  layout = packedLayout(),
): Encoded => {
  const { backbone, checkpoint } = network
  const hidden = backbone.forward(traced(network, participant, trained, { layout }), checkpoint)
  const { pooling } = checkpoint.config
  return { layout, hidden, features: pool(pooling === "cls" || pooling === "last" ? pooling : "mean", hidden) }
}

/** Of which text a trace is: the first one of the examples, or answers to it, whose feeds have names of their own. */
export interface Traced {
  readonly layout: Layout
  /** Before the names of ids and positions. */
  readonly named?: string
  /** Where answers are traced: the encoder's last state of the text. */
  readonly text?: Tensor
}

/** What a backbone calls while it is traced. */
export const traced = (
  { backbone, checkpoint }: Network,
  participant: Participant,
  trained: Trained,
  { layout, named = "", text }: Traced,
): Trace => {
  const rows = { of: "tokens", layout } as const
  const sites = new Map(checkpoint.sites.map((site) => [site.name, site]))
  const siteOf = (name: string): Site => {
    const site = sites.get(name)
    if (!site) throw new Error(`backbone ${backbone.name} calls the site "${name}", which its checkpoint does not list`)
    return site
  }
  const ids = input(`${named}ids`, ["tokens"], "int", rows)
  const positions = input(`${named}positions`, ["tokens"], "int", rows)
  return {
    layout,
    ids,
    positions,
    embed: (name, table) => {
      const site = siteOf(name)
      const tokens = gather(table, ids)
      const virtual = participant.join?.({ site, weight: table }, tokens, text)
      if (!virtual) return { tokens, positions }
      checkRoom(checkpoint, visibleShape(virtual)[0] as number)
      return withVirtualTokens(tokens, positions, virtual)
    },
    weight: (name) => weightOf(checkpoint, name, trained),
    block: (layer, state) => {
      participant.block?.(layer, state, text)
      return state
    },
    linear: (name, x, w, bias) => {
      const site = siteOf(name)
      const y = bias ? add(matmul(x, w), bias) : matmul(x, w)
      return participant.change ? participant.change({ site, weight: w, bias }, x, y) : y
    },
    norm: (name, x, norm) => {
      const site = siteOf(name)
      const y = normalised(x, norm)
      if (!participant.change) return y
      const bare = normalised(x, { ...norm, gain: filled(site.in, 1), bias: norm.bias && filled(site.in, 0) })
      return participant.change({ site, weight: norm.gain, bias: norm.bias }, bare, y)
    },
    attention: (name, q, k, v, heads, options = {}) => {
      const site = siteOf(name)
      const ofText = k.rows?.layout !== q.rows?.layout
      const { keys, values, mask } = (ofText && participant.text?.(site, k, v)) || { keys: k, values: v }
      const earlier = ofText ? undefined : participant.earlier?.(site, k, v, options)
      const attended = (prefix: Prefix | undefined) =>
        attention(q, keys, values, heads, { ...options, ...(mask ? { mask } : {}), prefix })
      const y = attended(earlier)
      if (!participant.attend) return y
      return participant.attend(site, q, y, (extension) => {
        if ("keys" in extension) return attended(earlier ? joined(extension, earlier) : extension)
        throw new Error(`tokens cannot join the attention of ${name}: give keys and values`)
      })
    },
    experts: (name, scores, k) => participant.experts?.(name, scores, k),
    span: (name, x, y) => {
      const site = siteOf(name)
      return participant.change ? participant.change({ site }, x, y) : y
    },
  }
}

/** Texts are cut at `maxTokens`; with what joins them they may not be longer than the network reads. Throws DataError. */
const checkRoom = ({ maxTokens, positions = Number.POSITIVE_INFINITY }: Checkpoint, joining: number): void => {
  if (maxTokens + joining <= positions) return
  throw new DataError(
    `${joining} tokens join texts of up to ${maxTokens}, and the backbone reads ${positions} at most`,
    `give the backbone max_tokens: ${Math.max(1, positions - joining)} or less, or let fewer tokens join`,
  )
}

/** What an adapter adds, then the earlier tokens. */
const joined = ({ keys, values }: Prefix, earlier: Prefix): Prefix => {
  if (keys.rows?.of === "tokens")
    throw new Error(
      "a prefix that each token has for itself cannot stand before kept tokens: gate whole examples, or aggregate outputs",
    )
  return {
    keys: concat([keys, earlier.keys], 0),
    values: concat([values, earlier.values], 0),
    ...(earlier.mask ? { mask: concat([filled(visibleShape(keys)[0] as number, 1), earlier.mask], 0) } : {}),
    ...(earlier.start ? { start: earlier.start, placeless: visibleShape(keys)[0] as number } : {}),
  }
}

const normalised = (x: Tensor, { kind, gain, bias, epsilon }: Norm): Tensor => {
  if (kind === "layer") return layerNorm(x, gain, bias ?? filled(x.shape.at(-1) as number, 0), epsilon)
  const y = rmsNorm(x, gain, epsilon)
  return bias ? add(y, bias) : y
}

const filled = (width: number, value: number): Tensor => constant(new Array(width).fill(value))

/** A weight of a checkpoint as a leaf of the graph. */
export const weightOf = ({ weights }: Checkpoint, name: string, trained: Trained): Tensor => {
  const host: HostTensor | undefined = weights[name]
  if (!host) throw new Error(`the checkpoint has no weight "${name}"`)
  if (typeof trained === "function") return trained(name, host)
  return trained ? parameter(name, host.shape) : weight(name, host, { backbone: true })
}

/** Scores of classes from features: [width] -> [classes]. */
export const headLogits = (features: Tensor, W: Tensor, b: Tensor): Tensor => add(matmul(features, W), b)
