/** What a router says of its routing, checked before anything is computed. */
import { described, isRecord } from "../plugin/described.ts"
import type { Router, Routing } from "../plugin/index.ts"
import { PluginError } from "../plugin/load.ts"

const WORDS: { readonly [K in "query" | "level" | "granularity" | "aggregate"]: readonly Routing[K][] } = {
  query: ["block", "site", "frozen_mean", "frozen_cls", "predictions", "task", "draw", "nothing"],
  level: ["model", "layer", "site"],
  granularity: ["example", "token"],
  aggregate: ["outputs", "parameters", "select"],
}

/** Throws PluginError where it is no object, has unknown words, or words that do not go together. */
export const routingOf = (router: Router, options: unknown): Routing => {
  const wrong = (what: string, help: string): never => {
    throw new PluginError(`the router "${router.name}" can't be carried out: ${what}`, help)
  }
  const routing: unknown = router.routing(options)
  if (!isRecord(routing))
    return wrong(
      `its \`routing\` gives ${described(routing)}`,
      'return { query: "block", level: "layer", granularity: "example", aggregate: "outputs" }, or other words of these fields',
    )
  return sound(routing as unknown as Routing, router, wrong)
}

const sound = (routing: Routing, router: Router, wrong: (what: string, help: string) => never): Routing => {
  for (const [name, words] of Object.entries(WORDS) as [keyof typeof WORDS, readonly string[]][])
    if (!words.includes(routing[name]))
      wrong(`its ${name} is ${described(routing[name])}`, `a ${name} is one of ${words.join(", ")}`)
  const { query, level, granularity, aggregate } = routing
  const inside = query === "block" || query === "site"
  if (granularity === "token" && !inside)
    wrong(
      `it has a gate for each token, but its query "${query}" is one for the example`,
      'read "block" or "site", or use the granularity "example"',
    )
  if (query === "site" && level !== "site")
    wrong(`its query "site" is another at each site, and its level is "${level}"`, 'use the level "site"')
  if (query === "block" && level === "model")
    wrong(
      'its query "block" is another at each block, and its level is "model"',
      'use the level "layer" or "site", or read "frozen_mean"',
    )
  if (aggregate === "select" && (inside || level !== "model"))
    wrong(
      `it selects one module before the network runs, but reads "${query}" at the level "${level}"`,
      'select at the level "model" by a query from outside the network, or compose: aggregate "outputs"',
    )
  if (aggregate === "select" && router.parameters)
    wrong(
      "it selects, and a choice has no gradient to train its parameters by",
      'compose: aggregate "outputs", or use statistics',
    )
  if (query === "predictions" && aggregate !== "select")
    wrong('its query "predictions" needs every module to have run alone', 'use aggregate "select"')
  if (router.statistics && query !== "frozen_mean" && query !== "frozen_cls")
    wrong(`it has statistics of frozen features, but reads "${query}"`, 'read "frozen_mean" or "frozen_cls"')
  return routing
}
