/** What the options of routers and adapters come to, for the checker as plain facts. */
import type { JsonSchema } from "../../dsl/vocabulary.ts"
import { type Adapter, isLowRank, type Router } from "../plugin/index.ts"
import { byOptions } from "./options/by_options.ts"
import { fitReadsMemory } from "./rows/router_stage.ts"

type Facts = Readonly<Record<string, unknown>>

/** Where options take an adapter's low rank away. */
export const lowRankWhere = (adapter: Adapter, options: JsonSchema): Facts => {
  if (!adapter.factors) return {}
  const where = byOptions(adapter, options, isLowRank)?.where
  return where ? { low_rank_where: where } : {}
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
