/** Whether a router can serve a library, as far as its adapters tell. */
import { type Adapter, isLowRank, type Router, type Routing } from "../../plugin/index.ts"
import type { Resolved } from "../chosen.ts"

/**
 * Why it can't; nothing where it can. A router that needs low-rank factors needs those of every module at each of its sites.
 * One with gates for each token can't weigh tokens that join a text: they have no gates of their own.
 */
export const whyNotServed = (
  router: Router,
  adapters: readonly Resolved<Adapter>[],
  { granularity, query }: Pick<Routing, "granularity" | "query"> = { granularity: "example", query: "nothing" },
): string | undefined => {
  const joining = adapters.find(({ plugin, chosen }) => plugin.sites(chosen.options).includes("embeddings"))
  if (granularity === "token" && joining && !router.needs?.includes("factors"))
    return `${router.name} weighs modules for each token of a text, and those of the adapter ${joining.plugin.name} are no tokens of a text`
  if (query === "embeddings" && joining)
    return `${router.name} reads the embeddings of a text, and tokens of the adapter ${joining.plugin.name} join them`
  if (!router.needs?.includes("factors")) return undefined
  const lacking = adapters.find(({ plugin, chosen }) => !isLowRank(plugin, chosen.options))
  if (lacking) {
    const { name, factors } = lacking.plugin
    const why = factors ? "with these options is not low-rank" : "is not low-rank"
    return `${router.name} needs low-rank modules; the adapter ${name} ${why}`
  }
  const [first, ...others] = adapters.map(({ plugin, chosen }) =>
    [...new Set(plugin.sites(chosen.options))].sort().join(", "),
  )
  const other = others.find((sites) => sites !== first)
  return other && `${router.name} needs all modules at the same sites; some are at ${first}, some at ${other}`
}

/** Why a router can't weigh modules that answer texts in words; nothing where it can. */
export const whyNotWriting = (router: Router, options: unknown, { query }: Routing): string | undefined => {
  const on = router.fit?.(options).on ?? "memory"
  if (query === "first_pass")
    return `${router.name} reads a pass of the whole text before the one that is routed, and an answer is still being written`
  if (router.alone || on === "train")
    return `${router.name} is fitted on all training examples of a task by their classes, and these are answered in words`
  return undefined
}

/** Why a router that goes on from stage to stage can't weigh modules that are grouped anew at each. */
export const whyNotRegrouped = (router: string): string =>
  `${router} is fitted from stage to stage, and modules are grouped anew at each: those of one stage are not those of the next`
