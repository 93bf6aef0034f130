/** Whether a strategy can train modules of an adapter, as far as their definitions tell. */
import { type Adds, type Needed, serves } from "../../../dsl/check/modules_needed.ts"
import { said } from "../../plugin/checked_strategy.ts"
import {
  type Adapter,
  type Initial,
  isLowRank,
  parameter,
  type Role,
  type Site,
  type Strategy,
} from "../../plugin/index.ts"
import type { Resolved } from "../chosen.ts"

/** What it says, or else what growth and pools come to. */
export const neededBy = (strategy: Strategy, options: unknown): Needed | undefined => {
  if (strategy.needs) return said(strategy, "needs", options) as Needed
  if (strategy.grows) return said(strategy, "grows", options) === "sum" ? "outputs" : "tokens"
  return strategy.pool && "own_tokens"
}

export const addsOf = (adapter: Adapter, options: unknown): Adds => {
  const roles = adapter.sites(options)
  const joining = roles.filter(joins)
  if (joining.length < roles.length) return roles.includes("embeddings") ? "both" : "outputs"
  const own = roles.every((role) => isOwn(adapter, options, role))
  if (!roles.includes("embeddings")) return own ? "own_keys" : "made_keys"
  return own ? "own_tokens" : "made_tokens"
}

const joins = (role: Role): boolean => role === "attention" || role === "embeddings"

/** What joins the tokens are parameters, of the site alone. */
const isOwn = (adapter: Adapter, options: unknown, role: Role): boolean => {
  const site: Site = { name: "any", kind: role as Site["kind"], layer: 0, role, in: 768, out: 768 }
  const initials = Object.entries<Initial>(adapter.parameters(site, options))
  const leaves = Object.fromEntries(initials.map(([name, { shape }]) => [name, parameter(name, shape)]))
  const given = Object.values(adapter.extend!(leaves, options, { training: false }, site))
  return initials.every(([, { shared }]) => !shared) && given.every((one) => Object.values(leaves).includes(one))
}

const WHY: Readonly<Record<Needed, string>> = {
  factors: "needs low-rank modules",
  outputs: "adds up what modules give, and these are tokens that join a text",
  tokens: "puts the tokens of modules one before the other, and these have none, or not tokens alone",
  own_tokens: "makes the tokens of modules itself, and these have none, or a network makes them",
  own_keys: "makes keys and values of blocks itself, and these are others, or a network makes them",
}

/** Why it can't; nothing where it can. */
export const whyNotTrained = (
  { plugin: strategy, chosen: { options } }: Resolved<Strategy>,
  { plugin: adapter, chosen }: Resolved<Adapter>,
): string | undefined => {
  const needed = neededBy(strategy, options)
  if (!needed || serves(needed, addsOf(adapter, chosen.options), isLowRank(adapter, chosen.options))) return undefined
  return `${strategy.name} ${WHY[needed]}: the adapter is ${adapter.name}`
}
