/** A strategy's pool of prompts: arrays "pool/<name>" of a shared model, of which each example gets parameters of the adapter. */
import type { Network, Participant } from "../../../../model/encoder.ts"
import { rowsOf } from "../../../../model/evaluate.ts"
import { given, sitesFor } from "../../../../model/single.ts"
import {
  type Adapter,
  type HostTensor,
  type Initial,
  input,
  type Layout,
  type Mode,
  type Pool,
  type PoolSite,
  parameter,
  type Strategy,
  type Tensor,
  weight,
} from "../../../../plugin/index.ts"
import type { Work } from "../../../work.ts"
import { frozenRowsOfMemory } from "../../query.ts"
import { checkedParameters, checkedPrompts } from "./pool_formulas.ts"
import type { StageTexts } from "./texts.ts"

/** An adapter whose parameters the pool of a strategy gives, at a stage. */
export interface Pooled {
  readonly plugin: Adapter
  readonly options: unknown
  readonly grows?: undefined
  readonly attends?: undefined
  readonly pool: { readonly strategy: Strategy; readonly options: unknown; readonly stage: number }
}

export const poolSites = ({ checkpoint }: Network, { plugin, options }: Pooled): readonly PoolSite[] =>
  sitesFor(plugin, options, checkpoint.sites).map((site) => ({ site, initials: plugin.parameters(site, options) }))

const sizesOf = (net: Network, pooled: Pooled) => ({
  width: net.checkpoint.width,
  stage: pooled.pool.stage,
  sites: poolSites(net, pooled),
})

const poolOf = ({ pool: { strategy } }: Pooled): Pool => strategy.pool!

/** By full name. Those that are said to be not trained stay as they are at the stage. */
export const poolInitials = (net: Network, pooled: Pooled): ReadonlyMap<string, Initial> =>
  new Map(
    Object.entries(
      checkedParameters(pooled.pool.strategy, poolOf(pooled).parameters(sizesOf(net, pooled), pooled.pool.options)),
    ).map(([name, initial]) => [`pool/${name}`, initial]),
  )

/** What is read of the frozen network, [width] of each example. */
export const poolQuery = ({ checkpoint }: Network, layout: Layout): Tensor =>
  input("query", ["examples", checkpoint.width], "float", { of: "examples", layout })

/** By the pool's own names; without a mode all as constants. */
export const poolTensors = (
  net: Network,
  pooled: Pooled,
  arrays: ReadonlyMap<string, HostTensor>,
  mode?: Mode,
): Readonly<Record<string, Tensor>> =>
  Object.fromEntries(
    [...poolInitials(net, pooled)].map(([name, { shape, trained }]) => [
      name.slice("pool/".length),
      mode && trained !== false ? parameter(name, shape) : weight(name, arrays.get(name)!),
    ]),
  )

export const poolParticipant = (
  net: Network,
  pooled: Pooled,
  arrays: ReadonlyMap<string, HostTensor>,
  mode?: Mode,
): Participant => {
  const initials = new Map(poolSites(net, pooled).map(({ site, initials: own }) => [site.name, own]))
  const p = poolTensors(net, pooled, arrays, mode)
  const { stage, options } = pooled.pool
  return given(pooled.plugin, pooled.options, mode ?? { training: false }, (site, { rows }) => {
    const own = initials.get(site.name)
    const query = own && poolQuery(net, rows!.layout)
    if (!query) return undefined
    const training = mode?.training ?? false
    const prompts = poolOf(pooled).gives({ site, initials: own, query, p, stage, training }, options)
    return checkedPrompts(pooled.pool.strategy, prompts, site.name, Object.keys(own))
  })
}

/** Which features of the frozen network are the query. */
export const queryKind = (pooled: Pooled) => ({ query: poolOf(pooled).query(pooled.pool.options) })

/** Of the texts of a stage. */
export const poolQueries = (work: Work, pooled: Pooled, texts: StageTexts): ((part: Int32Array) => HostTensor) => {
  const table = frozenRowsOfMemory(work.inputs("features"), queryKind(pooled), texts.task, texts.index)
  return (part) => rowsOf(table, part)
}
