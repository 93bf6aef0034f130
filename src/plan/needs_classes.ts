/** Routers, memories and strategies that need classes: asked of the plugin with its options, and told to the checker as a plain fact. */
import type { ClassNeeds } from "../../dsl/check/class_needs.ts"
import type { JsonSchema } from "../../dsl/vocabulary.ts"
import { said } from "../plugin/checked_strategy.ts"
import type { Memory, NeedsClasses, Router, Strategy } from "../plugin/index.ts"
import { byOptions } from "./options/by_options.ts"

/** Why it needs classes with these options; nothing where it does not. */
export const needsClasses = (plugin: Router | Memory | Strategy, options: unknown): NeedsClasses | undefined =>
  plugin.kind === "router" && plugin.routing(options).query === "predictions"
    ? { why: "it reads how sure each module is of its best class", help: "take it out" }
    : plugin.kind === "strategy"
      ? (said(plugin, "classes", options) as NeedsClasses | undefined)
      : plugin.classes?.(options)

/** Nothing where it never needs any, or where an option must be given: the plan asks. */
export const classNeeds = (plugin: Router | Memory | Strategy, options: JsonSchema): ClassNeeds | undefined => {
  const needs = byOptions(plugin, options, (one, given) => needsClasses(one, given) ?? null)
  return needs && (needs.byDefault !== null || needs.where) ? needs : undefined
}
