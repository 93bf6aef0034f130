/** Routers and memories that need classes: asked of the plugin with its options, and told to the checker as a plain fact. */
import type { ClassNeeds } from "../../dsl/check/class_needs.ts"
import type { JsonSchema } from "../../dsl/vocabulary.ts"
import { type Memory, type NeedsClasses, type Router, Schema } from "../plugin/index.ts"

/** Why it needs classes with these options; nothing where it does not. */
export const needsClasses = (plugin: Router | Memory, options: unknown): NeedsClasses | undefined =>
  plugin.kind === "router" && plugin.routing(options).query === "predictions"
    ? { why: "it reads how sure each module is of its best class", help: "take it out" }
    : plugin.classes?.(options)

/** Of a plugin with its defaults, and with each option alone that has words, a flag or a number; nothing where it never needs any. */
export const classNeeds = (plugin: Router | Memory, { properties = {} }: JsonSchema): ClassNeeds | undefined => {
  const byDefault = asked(plugin, {})
  if (byDefault === undefined) return undefined // an option that must be given: the plan asks
  const where = Object.entries(properties).flatMap(([option, schema]) => {
    const found = samples(schema).flatMap(([key, values]) => {
      const all = values.flatMap((value) => asked(plugin, { [option]: value }) ?? [])
      const [first] = all
      const alike = all.length > 0 && all.every((one) => same(one, first))
      return alike && !same(first, byDefault) ? [[key, first.need] as const] : []
    })
    return found.length > 0 ? [[option, Object.fromEntries(found)] as const] : []
  })
  if (byDefault.need === null && where.length === 0) return undefined
  return { byDefault: byDefault.need, ...(where.length > 0 && { where: Object.fromEntries(where) }) }
}

interface Said {
  readonly need: NeedsClasses | null
}

const same = (one: Said, other: Said): boolean => JSON.stringify(one) === JSON.stringify(other)

/** Undefined where the options are none that the plugin takes. */
const asked = (plugin: Router | Memory, written: Readonly<Record<string, unknown>>): Said | undefined => {
  try {
    return { need: needsClasses(plugin, Schema.decodeUnknownSync(plugin.options)(written as never)) ?? null }
  } catch {
    return undefined
  }
}

/** Values to try, by the word that the spec writes, or "*". */
const samples = ({ type, enum: words }: JsonSchema): readonly (readonly [string, readonly unknown[]])[] => {
  if (words) return words.map((word) => [String(word), [word]])
  if (type === "boolean") return [true, false].map((flag) => [String(flag), [flag]])
  return type === "integer" || type === "number" ? [["*", [1, 7, 0.5]]] : []
}
