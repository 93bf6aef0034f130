/** Whether a router can serve a library, as far as its adapters tell. */
import { type Adapter, isLowRank, type Router, type Routing } from "../plugin/index.ts"
import type { Resolved } from "./chosen.ts"

/**
 * Why it can't; nothing where it can. A router that needs low-rank factors needs those of every module at each of its sites.
 * One with gates for each token can't weigh tokens that join a text: they have no gates of their own.
 */
export const whyNotServed = (
  router: Router,
  adapters: readonly Resolved<Adapter>[],
  granularity: Routing["granularity"] = "example",
): string | undefined => {
  const joining = adapters.find(({ plugin, chosen }) => plugin.sites(chosen.options).includes("embeddings"))
  if (granularity === "token" && joining && !router.needs?.includes("factors"))
    return `${router.name} weighs modules for each token of a text, and those of the adapter ${joining.plugin.name} are no tokens of a text`
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
