/** What a router says of its routing, checked before anything is computed. */
import { described, isRecord } from "../../plugin/described.ts"
import { type Router, type Routing, TOKEN_QUERIES } from "../../plugin/index.ts"
import { PluginError } from "../../plugin/load.ts"

const WORDS: { readonly [K in "query" | "level" | "granularity" | "aggregate"]: readonly Routing[K][] } = {
  query: [
    "block",
    "site",
    "outputs",
    "embeddings",
    "first_pass",
    "frozen_mean",
    "frozen_cls",
    "predictions",
    "task",
    "draw",
    "nothing",
  ],
  level: ["model", "layer", "site"],
  granularity: ["example", "token"],
  aggregate: ["outputs", "parameters", "select"],
}

/** Throws PluginError where it is no object, has unknown words, or words that do not go together. */
export const routingOf = (router: Router, options: unknown): Routing => {
  const wrong: Wrong = (what, help) => {
    throw new PluginError(`the router "${router.name}" can't be carried out: ${what}`, help)
  }
  const routing: unknown = router.routing(options)
  if (!isRecord(routing))
    return wrong(
      `its \`routing\` gives ${described(routing)}`,
      'return { query: "block", level: "layer", granularity: "example", aggregate: "outputs" }, or other words of these fields',
    )
  return sound(routing as unknown as Routing, router, options, wrong)
}

type Wrong = (what: string, help: string) => never

const sound = (routing: Routing, router: Router, options: unknown, wrong: Wrong): Routing => {
  for (const [name, words] of Object.entries(WORDS) as [keyof typeof WORDS, readonly string[]][])
    if (!words.includes(routing[name]))
      wrong(`its ${name} is ${described(routing[name])}`, `a ${name} is one of ${words.join(", ")}`)
  const { query, level, granularity, aggregate } = routing
  const inside = TOKEN_QUERIES.includes(query)
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
  if (query === "outputs" && (aggregate !== "outputs" || level !== "site" || granularity !== "token"))
    wrong(
      "it reads what the modules give at each site, for each token, before it is added up",
      'use the level "site", the granularity "token" and the aggregate "outputs"',
    )
  if (query === "predictions" && aggregate !== "select")
    wrong('its query "predictions" needs every module to have run alone', 'use aggregate "select"')
  if (router.statistics && !STATISTICS.includes(query))
    wrong(
      `it has statistics of frozen features, but reads "${query}"`,
      'read "frozen_mean" or "frozen_cls", or "block" or "site" for statistics of each unit',
    )
  soundFit(routing, router, options, wrong)
  return routing
}

const STATISTICS: readonly Routing["query"][] = ["frozen_mean", "frozen_cls", "block", "site"]
const FROM_FEATURES: readonly Routing["query"][] = ["frozen_mean", "frozen_cls"]

const soundFit = ({ query, aggregate }: Routing, router: Router, options: unknown, wrong: Wrong): void => {
  const { by, on, taskLoss = true, continues = false, keeps = [], records } = router.fit?.(options) ?? {}
  if (aggregate === "select" && router.parameters && taskLoss)
    wrong(
      "it selects, and a choice has no gradient to train its parameters by",
      'compose: aggregate "outputs", or use statistics, or train by a `loss` of its own with `taskLoss: false`',
    )
  if (!taskLoss && !router.loss)
    wrong("its parameters are fitted without the loss of the tasks, and it has no other", "give it a function `loss`")
  if (on === "train" && (taskLoss || !FROM_FEATURES.includes(query)))
    wrong(
      "it is fitted on all training examples, which are there as features of the frozen backbone alone",
      'read "frozen_mean" or "frozen_cls" with `taskLoss: false`, or fit on "memory" or "newest"',
    )
  if ((keeps.length > 0 || on === "newest" || records === "newest") && !continues)
    wrong("it keeps something from stage to stage, and every stage begins anew", "let its fit say `continues: true`")
  if (typeof by === "object" && router.alone)
    wrong("a search finds the gates of a library, not of a module alone", "fit by the gradient")
}
