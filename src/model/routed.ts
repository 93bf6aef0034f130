/** A routed library on the backbone: gates from the router's formula, modules mixed at each site. */

import type { Mode, Router, Site } from "../plugin/index.ts"
import {
  abs,
  add,
  constant,
  div,
  type HostTensor,
  type Layout,
  log,
  mul,
  neg,
  packedLayout,
  pool,
  scale,
  sum,
  type Tensor,
} from "../tensor/index.ts"
import { noiseAt } from "../tensor/placed_noise.ts"
import type { Participant } from "./encoder.ts"
import { gatesOf } from "./gates.ts"
import { anew, type Keep } from "./kept.ts"
import { attachedAt, type Library, type TrainedModule } from "./library.ts"
import { changesAt, gateOf, mixAt, type Spot } from "./mix.ts"
import { mixTokens } from "./mix_tokens.ts"
import { outsideQuery, unitAt } from "./routing_units.ts"
import { changed, extension, virtualTokens } from "./single.ts"

/** Tensors (parameters or constants) of the router at one unit. */
export type UnitTensors = (unit: string) => Readonly<Record<string, Tensor>>

export interface Routed {
  readonly participant: Participant
  /** Gates by unit, filled while the backbone is traced. */
  readonly gates: ReadonlyMap<string, Tensor>
  /** What they were found from, likewise. */
  readonly queries: ReadonlyMap<string, Tensor>
}

export interface RoutedLibrary {
  readonly router: Router
  readonly options: unknown
  readonly library: Library
  readonly sites: readonly Site[]
  /** The last hidden state of the frozen backbone, for routers that read it. */
  readonly firstPass?: (layout: Layout) => Tensor
}

const FROZEN = { training: false }

/** `keep`: how the gates of an example go on while a text is generated; those of a token depend on it alone. */
export const routed = (
  { router, options, library, sites, firstPass }: RoutedLibrary,
  width: number,
  layout: Layout,
  tensors: UnitTensors,
  mode: Mode,
  keep: Keep = anew,
): Routed => {
  const routing = router.routing(options)
  if (routing.aggregate === "select") throw new Error(`router ${router.name} selects: its modules run one at a time`)
  const modules = library.length
  const mixing = { aggregate: routing.aggregate, mix: routing.mix ?? "factors", modules }
  const given = outsideQuery(routing, width, modules, layout)
  const gates = new Map<string, Tensor>()
  const queries = new Map<string, Tensor>()
  let state: Tensor | undefined
  let text: Tensor | undefined
  let embeddings: Tensor | undefined
  let first: Tensor | undefined
  /** What stands before the first block is gated by what will be that block's input: the frozen network's y. */
  const gatesAt = (site: Site, x: Tensor, y: Tensor): Tensor => {
    const unit = unitAt(routing, site)
    const answers = text !== undefined && x.rows?.layout !== layout
    const apart = answers && routing.granularity === "token" && routing.level !== "site" && !given
    const place = apart ? `${unit} of answers` : unit
    const known = gates.get(place)
    if (known) return known
    if (answers && routing.granularity === "example" && routing.query === "site")
      throw new Error(
        `router ${router.name} would gate an example by what enters ${site.name}, where its answer is still being written: gate each token, or read the state of the block`,
      )
    const query = given ?? queryAt(x, y)
    queries.set(place, query)
    const make = () => noiseAt(place, gatesOf(router, query, tensors(unit), options, { ...mode, modules }))
    const fresh = routing.granularity === "example" ? keep(`gates/${unit}`, modules, make) : make()
    gates.set(place, fresh)
    return fresh
  }
  const queryAt = (x: Tensor, y: Tensor): Tensor => {
    switch (routing.query) {
      case "site":
        return x
      case "embeddings":
        if (!embeddings)
          throw new Error(`router ${router.name} reads embeddings, and the backbone calls no site of them`)
        return embeddings
      case "first_pass":
        if (!firstPass) throw new Error(`router ${router.name} reads a first pass, and nobody runs one`)
        first ??= firstPass(layout)
        return first
      default:
        return stateFor(x, y)
    }
  }
  /** Where an answer is written, an example is gated by the text alone, which the encoder has read; so are the text's own tokens. */
  const stateFor = (x: Tensor, y: Tensor): Tensor =>
    text && (routing.granularity === "example" || x.rows?.layout === layout) ? text : (state ?? y)
  /** The library at a site; of a router that reads what the modules give, what they give is weighed as it says. */
  const composed = (spot: Spot, x: Tensor): Tensor => {
    const { site, y } = spot
    const attached = attachedAt(library, site)
    if (attached.length === 0) return y
    if (routing.query !== "outputs") return mixAt(spot, gatesAt(site, x, y), attached, mixing)
    const changes = changesAt(spot, attached, modules)
    const alpha = noiseAt(site.name, gatesOf(router, y, tensors(site.name), options, { ...mode, modules, changes }))
    gates.set(site.name, alpha)
    queries.set(site.name, y)
    const values = changes.map((change) => router.value?.(change, tensors(site.name), options) ?? change)
    return values.map((value, index) => mul(value, gateOf({ index }, alpha, modules))).reduce(add, y)
  }
  return {
    gates,
    queries,
    participant: {
      block: (_layer, hidden, read) => {
        state = hidden
        text = read
      },
      change: (layer, x, y) => {
        const { site } = layer
        const applied: Spot["applied"] = ({ adapter, options: own }, p) => changed(adapter, x, y, p, own, FROZEN, layer)
        return composed({ site, weight: layer.weight?.attributes.host as HostTensor | undefined, x, y, applied }, x)
      },
      join: ({ site }, e) => {
        if (e.rows?.layout === layout) embeddings ??= e
        const attached = attachedAt(library, site)
        if (attached.length === 0) return undefined
        if (routing.granularity === "token")
          throw new Error(
            `router ${router.name} weighs modules for each token, and the tokens of a prompt are those of a text`,
          )
        const tokensOf = ({ adapter, options: own }: TrainedModule, p: Readonly<Record<string, Tensor>>) =>
          virtualTokens(adapter, p, own, FROZEN, site)
        return mixTokens(site, gatesAt(site, e, e), attached, mixing, tokensOf)
      },
      attend: (site, q, y, extended) => {
        const applied: Spot["applied"] = ({ adapter, options: own }, p) =>
          extended(extension(adapter, p, own, FROZEN, site))
        return composed({ site, y, applied }, q)
      },
    },
  }
}

/** Gates alone, for routers that need no forward pass of their own: outputs "gates" [examples, modules]. */
export const gatesOnly = (
  router: Router,
  options: unknown,
  width: number,
  modules: number,
  tensors: UnitTensors,
): Tensor => {
  const layout = packedLayout()
  const query = outsideQuery(router.routing(options), width, modules, layout)
  if (!query) throw new Error(`router ${router.name} reads states of the forward pass`)
  return gatesOf(router, query, tensors("model"), options, { training: false, modules })
}

/**
 * What is kept of a unit's gates, per example: their mean over tokens [modules], and the mean of the normalised entropy
 * H / log N, [1]. The shares that it is of are |g| / Σ |g|: a gate may be negative, where a module is taken away.
 */
export const watched = (gates: Tensor, modules: number): { readonly mean: Tensor; readonly entropy: Tensor } => {
  const size = abs(gates)
  const share = div(size, add(sum(size, -1, true), 1e-12))
  const nats = neg(sum(mul(share, log(add(share, 1e-12))), -1, true))
  const entropy = modules > 1 ? div(nats, log(constant(modules))) : scale(nats, 0)
  return gates.rows?.of === "tokens"
    ? { mean: pool("mean", gates), entropy: pool("mean", entropy) }
    : { mean: gates, entropy }
}

/** What is kept of the gates of some units, by name: "gates/<unit>" and "entropy/<unit>". Gates that depend on no input are the same for all, and left out. */
export const watchedUnits = (
  gates: ReadonlyMap<string, Tensor>,
  units: readonly string[],
  modules: number,
): Record<string, Tensor> =>
  Object.fromEntries(
    units.flatMap((unit) => {
      const own = gates.get(unit)
      if (!own?.rows) return []
      const { mean, entropy } = watched(own, modules)
      return [[`gates/${unit}`, mean] as const, [`entropy/${unit}`, entropy] as const]
    }),
  )
