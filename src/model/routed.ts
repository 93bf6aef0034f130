/**
 * A routed library on the backbone: gates from the router's formula, modules mixed at each site.
 * A routing unit is what has gates of its own: the network ("model"), a block ("layer.3") or a site ("layer.3.attention.query").
 */

import type { Mode, Router, Routing, Site } from "../plugin/index.ts"
import {
  add,
  constant,
  div,
  type HostTensor,
  input,
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
import { mixAt, type Spot } from "./mix.ts"
import { mixTokens } from "./mix_tokens.ts"
import { changed, extension, virtualTokens } from "./single.ts"

/** Tensors (parameters or constants) of the router at one unit. */
export type UnitTensors = (unit: string) => Readonly<Record<string, Tensor>>

export interface Routed {
  readonly participant: Participant
  /** Gates by unit, filled while the backbone is traced. */
  readonly gates: ReadonlyMap<string, Tensor>
}

export interface RoutedLibrary {
  readonly router: Router
  readonly options: unknown
  readonly library: Library
  readonly sites: readonly Site[]
}

/** Units of a routing over a library, in the backbone's order. */
export const unitsOf = ({ level }: Routing, library: Library, sites: readonly Site[]): readonly string[] => {
  if (level === "model") return ["model"]
  const used = sites.filter((site) => attachedAt(library, site).length > 0)
  return level === "site" ? used.map(({ name }) => name) : [...new Set(used.map(({ layer }) => `layer.${layer}`))]
}

/** Width of what the router reads at a unit. */
export const queryWidth = (
  { query }: Routing,
  unit: string,
  width: number,
  modules: number,
  sites: readonly Site[],
): number => {
  if (query === "site") return sites.find(({ name }) => name === unit)!.in
  return query === "task" || query === "predictions" ? modules : query === "draw" ? 1 : query === "nothing" ? 0 : width
}

/** A query from outside the forward pass, one row per example: [width] for the author. */
export const outsideQuery = (
  { query }: Routing,
  width: number,
  modules: number,
  layout: Layout,
): Tensor | undefined => {
  const rows = { of: "examples", layout } as const
  switch (query) {
    case "block":
    case "site":
      return undefined
    case "nothing":
      return constant(0)
    case "draw":
      return input("query", ["examples", 1], "float", rows)
    case "task":
    case "predictions":
      return input("query", ["examples", modules], "float", rows)
    default:
      return input("query", ["examples", width], "float", rows)
  }
}

const FROZEN = { training: false }

/** `keep`: how the gates of an example go on while a text is generated; those of a token depend on it alone. */
export const routed = (
  { router, options, library, sites }: RoutedLibrary,
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
  let state: Tensor | undefined
  let text: Tensor | undefined
  /** What stands before the first block is gated by what will be that block's input: the frozen network's y. */
  const gatesAt = (site: Site, x: Tensor, y: Tensor): Tensor => {
    const unit = routing.level === "model" ? "model" : routing.level === "layer" ? `layer.${site.layer}` : site.name
    const answers = text !== undefined && x.rows?.layout !== layout
    const apart = answers && routing.granularity === "token" && routing.level !== "site" && !given
    const place = apart ? `${unit} of answers` : unit
    const known = gates.get(place)
    if (known) return known
    if (answers && routing.granularity === "example" && routing.query === "site")
      throw new Error(
        `router ${router.name} would gate an example by what enters ${site.name}, where its answer is still being written: gate each token, or read the state of the block`,
      )
    const query = given ?? (routing.query === "site" ? x : stateFor(x, y))
    const make = () => noiseAt(place, gatesOf(router, query, tensors(unit), options, { ...mode, modules }))
    const fresh = routing.granularity === "example" ? keep(`gates/${unit}`, modules, make) : make()
    gates.set(place, fresh)
    return fresh
  }
  /** Where an answer is written, an example is gated by the text alone, which the encoder has read; so are the text's own tokens. */
  const stateFor = (x: Tensor, y: Tensor): Tensor =>
    text && (routing.granularity === "example" || x.rows?.layout === layout) ? text : (state ?? y)
  return {
    gates,
    participant: {
      block: (_layer, hidden, read) => {
        state = hidden
        text = read
      },
      change: (layer, x, y) => {
        const { site } = layer
        const applied: Spot["applied"] = ({ adapter, options: own }, p) => changed(adapter, x, y, p, own, FROZEN, layer)
        const attached = attachedAt(library, site)
        const frozen = layer.weight?.attributes.host as HostTensor | undefined
        const spot = { site, weight: frozen, x, y, applied }
        return attached.length === 0 ? y : mixAt(spot, gatesAt(site, x, y), attached, mixing)
      },
      join: ({ site }, e) => {
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
        const attached = attachedAt(library, site)
        return attached.length === 0 ? y : mixAt({ site, y, applied }, gatesAt(site, q, y), attached, mixing)
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

/** What is kept of a unit's gates, per example: their mean over tokens [modules], and the mean of the normalised entropy H / log N, [1]. */
export const watched = (gates: Tensor, modules: number): { readonly mean: Tensor; readonly entropy: Tensor } => {
  const share = div(gates, add(sum(gates, -1, true), 1e-12))
  const nats = neg(sum(mul(share, log(add(share, 1e-12))), -1, true))
  const entropy = modules > 1 ? div(nats, log(constant(modules))) : scale(nats, 0)
  return gates.rows?.of === "tokens"
    ? { mean: pool("mean", gates), entropy: pool("mean", entropy) }
    : { mean: gates, entropy }
}
