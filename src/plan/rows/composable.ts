/** Whether a composition can make one module of a library, as far as its adapters tell. */
import { type Adapter, type Composition, isLowRank } from "../../plugin/index.ts"
import type { Resolved } from "../chosen.ts"

/** Why it can't; nothing where it can: modules that are all low-rank at the same sites, or of one adapter with the same options. */
export const whyNotComposed = (
  { plugin, chosen }: Resolved<Composition>,
  adapters: readonly Resolved<Adapter>[],
): string | undefined => {
  const needs = plugin.needs?.(chosen.options) ?? []
  const lacking = adapters.find((one) => !isLowRank(one.plugin, one.chosen.options))
  const said = (one: Resolved<Adapter>) => JSON.stringify([one.plugin.name, one.chosen.options])
  const unlike = adapters.find((one) => said(one) !== said(adapters[0]))
  if (needs.includes("factors") && lacking)
    return `${plugin.name} needs low-rank modules; the adapter ${lacking.plugin.name} ${lacking.plugin.factors ? "with these options is not low-rank" : "is not low-rank"}`
  if (unlike && (lacking || needs.includes("alike")))
    return `${plugin.name} needs modules of one adapter with the same options${lacking ? ", or low-rank ones" : ""}; this library has ${namesOf(adapters)}`
  const sites = (one: Resolved<Adapter>) => [...new Set(one.plugin.sites(one.chosen.options))].sort().join(", ")
  const elsewhere = adapters.find((one) => sites(one) !== sites(adapters[0]))
  return (
    elsewhere &&
    `${plugin.name} needs all modules at the same sites; some are at ${sites(adapters[0])}, some at ${sites(elsewhere)}`
  )
}

const namesOf = (adapters: readonly Resolved<Adapter>[]): string => {
  const names = [...new Set(adapters.map(({ plugin }) => plugin.name))]
  return names.length > 1 ? names.join(" and ") : `${names[0]} with different options`
}
