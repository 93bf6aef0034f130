/** A plugin's place in the taxonomy of modular deep learning: what it declares, and what follows from the rest of its definition. */
import type { JsonSchema } from "../../dsl/vocabulary.ts"
import { type Adapter, type Plugin, type Router, Schema } from "../plugin/index.ts"

/** By dimension, the words that its options can give, that of the defaults first. Empty for what is no part of the taxonomy, such as data. */
export type Place = Readonly<Record<string, readonly string[]>>

export const placeOf = (plugin: Plugin, options: JsonSchema): Place => {
  switch (plugin.kind) {
    case "adapter":
      return ofAdapter(plugin, options)
    case "router":
      return ofRouter(plugin, options)
    case "strategy":
      return {
        computation: [plugin.trains === "adapter" ? "of_the_adapter" : "dense"],
        training: [plugin.visits === "one_by_one" ? "continual" : "joint"],
      }
    case "probe":
      return {
        computation: ["no_module"],
        query: over(variantsOf(plugin, options), (each) => [plugin.query(each)]),
        training: ["post_hoc"],
      }
    case "composition":
      return {
        routing: ["fixed"],
        level: ["model"],
        granularity: ["stream"],
        aggregation: ["parameters"],
        training: ["post_hoc"],
      }
    case "memory":
      return { memory: [plugin.generates ? "written" : plugin.keep ? "along_the_stream" : "each_task"] }
    default:
      return {}
  }
}

const ofAdapter = (adapter: Adapter, options: JsonSchema): Place => {
  const { computation, aggregation } = adapter.taxonomy ?? {}
  const derived = (): readonly string[] => {
    if (adapter.madeOf) return ["of_its_members"]
    const bySites = over(variantsOf(adapter, options), (each) =>
      adapter.sites(each).flatMap((role) => BY_ROLE[role] ?? []),
    )
    return adapter.factors ? ["low_rank"] : adapter.extend ? bySites : []
  }
  return filled({ computation: computation ?? derived(), aggregation: aggregation ?? [] })
}

/** What joins the tokens there. */
const BY_ROLE: Readonly<Partial<Record<string, string>>> = { embeddings: "prompt", attention: "prefix" }

const ofRouter = (router: Router, options: JsonSchema): Place => {
  const variants = variantsOf(router, options)
  const routing = <Word extends string>(of: (found: ReturnType<Router["routing"]>) => Word) =>
    over(variants, (each) => [of(router.routing(each))])
  return filled({
    routing:
      router.taxonomy?.routing ??
      derivedRouting(
        router,
        routing(({ query }) => query),
      ),
    query: routing(({ query }) => query),
    level: routing(({ level }) => level),
    granularity: routing(({ query, granularity }) => SHARED_BY[query] ?? granularity),
    aggregation: routing(({ aggregate }) => aggregate),
    training: over(variants, (each) => {
      const { on, continues } = router.fit?.(each) ?? {}
      return [on === "newest" || continues ? "continual" : "post_hoc"]
    }),
  })
}

const SHARED_BY: Readonly<Partial<Record<string, string>>> = { task: "task", nothing: "stream" }

/** Of a router that learns no parameters. */
const derivedRouting = ({ parameters, alone, prepare, statistics }: Router, queries: readonly string[]) => {
  if (parameters || alone) return []
  if (prepare || statistics) return ["similarity"]
  const blind = queries.filter((query) => ["task", "nothing", "draw"].includes(query))
  return blind.length > 0 && blind.length === queries.length ? ["fixed"] : []
}

const filled = (words: Readonly<Record<string, string | readonly string[]>>): Place =>
  Object.fromEntries(
    Object.entries(words).flatMap(([dimension, said]) => {
      const all = typeof said === "string" ? [said] : said
      return all.length > 0 ? [[dimension, all]] : []
    }),
  )

/** As many ways of writing the options as are tried. */
const MOST = 1024

/** Options with all values of those that are words or flags, the defaults first; none where some must be given. */
const variantsOf = ({ options }: Plugin, { properties = {} }: JsonSchema): readonly unknown[] => {
  let written: readonly Readonly<Record<string, unknown>>[] = [{}]
  for (const [name, schema] of Object.entries(properties)) {
    const values = [...new Set([schema.default, ...valuesOf(schema)])]
    if (values.length > 1 && written.length * values.length <= MOST)
      written = values.flatMap((value) => written.map((one) => (value === undefined ? one : { ...one, [name]: value })))
  }
  return written.flatMap((one) => {
    try {
      return [Schema.decodeUnknownSync(options)(one as never)]
    } catch {
      return []
    }
  })
}

const valuesOf = ({ type, enum: words, anyOf = [] }: JsonSchema): readonly unknown[] =>
  words ?? (type === "boolean" ? [true, false] : anyOf.flatMap(valuesOf))

/** What is said of each, once; nothing of options for which the plugin throws. */
const over = (variants: readonly unknown[], say: (options: any) => readonly string[]): readonly string[] => [
  ...new Set(
    variants.flatMap((options) => {
      try {
        return say(options)
      } catch {
        return []
      }
    }),
  ),
]
