/** Options that the core itself gives to every plugin of a kind and carries out: a plugin may not define them again. */
import type { Declaration } from "../../../dsl/spec.ts"
import type { Plugin, PluginKind } from "../../plugin/index.ts"
import { PluginError } from "../../plugin/load.ts"
import { decoded } from "../chosen.ts"
import { CompositionOptions } from "./composition_options.ts"
import { GroupingOptions } from "./grouping_options.ts"
import { ProbeOptions } from "./probe_options.ts"
import { RouterOptions } from "./router_options.ts"
import { ReplayOptions } from "./strategy_options.ts"
import { TransferOptions } from "./transfer_options.ts"

export const coreOptions = {
  composition: CompositionOptions,
  grouping: GroupingOptions,
  probe: ProbeOptions,
  router: RouterOptions,
  strategy: ReplayOptions,
  transfer: TransferOptions,
} as const

const hasCore = (kind: string): kind is keyof typeof coreOptions => Object.hasOwn(coreOptions, kind)

/** The schema of these options, where a kind has them. */
export const coreOptionsOf = (kind: PluginKind | (string & {})) => (hasCore(kind) ? coreOptions[kind] : undefined)

/** Those that a plugin has: not every strategy replays. */
export const coreOptionsFor = (plugin: Plugin) =>
  plugin.kind === "strategy" && !plugin.replays ? undefined : coreOptionsOf(plugin.kind)

/** Their names. */
export const coreOptionNames = (kind: PluginKind | (string & {})): readonly string[] =>
  Object.keys(coreOptionsOf(kind)?.fields ?? {})

/** Those of a declaration, with their defaults. Throws PlanError. */
export const coreOf = <Kind extends keyof typeof coreOptions>(
  kind: Kind,
  { name, options, span }: Declaration,
): (typeof coreOptions)[Kind]["Type"] => {
  const names = coreOptionNames(kind)
  const written = Object.fromEntries(Object.entries(options).filter(([option]) => names.includes(option)))
  return decoded(coreOptions[kind], written, `${kind} "${name}"`, span) as unknown as (typeof coreOptions)[Kind]["Type"]
}

/** Throws PluginError where a plugin's own options bear a name of the core's. */
export const refuseCoreOptions = ({ kind, name }: Plugin, own: readonly string[]): void => {
  const names = coreOptionNames(kind)
  const taken = own.filter((option) => names.includes(option))
  if (taken.length > 0)
    throw new PluginError(
      `the ${kind} "${name}" defines the option ${taken.map((option) => `"${option}"`).join(", ")}, which every ${kind} has already`,
      `rename it; the core's own are ${names.join(", ")}`,
    )
}
