/** What the options of routers, strategies and adapters come to, for the checker as plain facts. */
import type { JsonSchema } from "../../dsl/vocabulary.ts"
import {
  type Adapter,
  type Composition,
  type Initial,
  isLowRank,
  type Probe,
  type Role,
  type Router,
  Schema,
  type Site,
  type Strategy,
} from "../plugin/index.ts"
import { byOptions } from "./options/by_options.ts"
import { addsOf, neededBy } from "./rows/modules_needed.ts"
import { fitReadsMemory } from "./rows/router_stage.ts"

type Facts = Readonly<Record<string, unknown>>

/** Where options take an adapter's low rank away. */
export const lowRankWhere = (adapter: Adapter, options: JsonSchema): Facts => {
  if (!adapter.factors) return {}
  const where = byOptions(adapter, options, isLowRank)?.where
  return where ? { low_rank_where: where } : {}
}

/** Whether its modules are tokens that join a text. */
export const joinsTokens = (adapter: Adapter, options: JsonSchema): Facts => {
  const joins = byOptions(adapter, options, (one, given) => one.sites(given).includes("embeddings"))
  return joins && (joins.byDefault || joins.where) ? { joins_tokens: joins } : {}
}

/** What its modules add to a network. */
export const addsWhat = (adapter: Adapter, options: JsonSchema): Facts => {
  const adds = byOptions(adapter, options, addsOf)
  return adds ? { adds } : {}
}

/** What a strategy needs modules to be; nothing where any will do. */
export const modulesNeeded = (strategy: Strategy, options: JsonSchema): Facts => {
  const needs = byOptions(strategy, options, (one, given) => neededBy(one, given) ?? null)
  return needs && (needs.byDefault || needs.where) ? { needs_modules: needs } : {}
}

/** Whether what a strategy replays is what a memory holds: one that writes it itself needs none. */
export const readsMemory = (strategy: Strategy, options: JsonSchema): Facts => {
  const reads = byOptions(strategy, options, (one, given) => one.replays?.(given).from !== "itself")
  return strategy.replays ? { reads_memory: reads ?? { byDefault: true } } : {}
}

/** Whether the statistics of a probe come from a memory. */
export const probeFacts = (probe: Probe, options: JsonSchema): Facts => ({
  reads_memory: byOptions(probe, options, (one, given) => one.statisticsFrom(given) === "memory"),
})

const DRAWN: readonly string[] = ["normal", "uniform", "vocabulary"]

/** Whether trained parameters start from chance, asked at sites as good as any. */
export const startsFromChance = (adapter: Adapter, options: JsonSchema): Facts => {
  const drawn = byOptions(adapter, options, (one, given) =>
    one.sites(given).some((role) => {
      const site = { name: "any", kind: kindOf(role), layer: 0, role, in: 768, out: 768 }
      return Object.values<Initial>(one.parameters(site, given)).some(
        ({ draw, trained }) => trained !== false && DRAWN.includes(draw),
      )
    }),
  )
  return drawn && (drawn.byDefault || drawn.where) ? { drawn } : {}
}

const kindOf = (role: Role): Site["kind"] => {
  if (role === "attention" || role === "embeddings") return role
  return role.endsWith("norm") ? "norm" : role.endsWith("block") ? "block" : "linear"
}

/** Whether a composition adds parameters that must have started alike. */
export const addsParameters = (composition: Composition, options: JsonSchema): Facts => {
  const adds = byOptions(
    composition,
    options,
    (one, given) => one.needs?.(given).includes("same_initialisation") ?? false,
  )
  return adds && (adds.byDefault || adds.where) ? { adds_parameters: adds } : {}
}

/** The options of a composition that name tasks: those whose words it gives as tasks again. */
export const taskOptions = (
  { options: schema, tasks }: Composition,
  { properties = {}, required = [] }: JsonSchema,
) => {
  if (!tasks) return {}
  const marked = (option: string): unknown => (properties[option].type === "object" ? { [option]: 1 } : option)
  const named = Object.keys(properties).filter((option) => {
    try {
      const written = Object.fromEntries([...new Set([...required, option])].map((one) => [one, marked(one)]))
      return tasks(Schema.decodeUnknownSync(schema)(written as never)).includes(option)
    } catch {
      return false
    }
  })
  return named.length > 0 ? { task_options: named } : {}
}

/** What a router does with modules, whether it reads the memory and the true task and goes on from stage to stage, and whether its option `mix` is that of its routing. */
export const routerFacts = (router: Router, options: JsonSchema): Facts => {
  const facts = {
    aggregate: byOptions(router, options, (one, given) => one.routing(given).aggregate),
    reads_memory: byOptions(router, options, fitReadsMemory),
    goes_on: byOptions(router, options, (one, given) => one.fit?.(given).continues === true),
    reads_task: byOptions(router, options, (one, given) => one.routing(given).query === "task"),
  }
  const mix = byOptions(router, options, (one, given) => one.routing(given).mix ?? "factors")
  return { ...facts, ...(mix?.where?.mix && { mix }) }
}
