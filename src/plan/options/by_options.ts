/** Asks a plugin what it says with its options, for the checker as a plain fact: with the defaults, and with each option alone that has words, a flag or a number. */
import type { ByOptions } from "../../../dsl/check/by_options.ts"
import type { JsonSchema } from "../../../dsl/vocabulary.ts"
import { type Plugin, Schema } from "../../plugin/index.ts"

/** Undefined where an option must be given, or the plugin throws. */
export const byOptions = <P extends Plugin, Said>(
  plugin: P,
  { properties = {}, required = [] }: JsonSchema,
  say: (plugin: P, options: any) => Said,
): ByOptions<Said> | undefined => {
  // A text that must be given may be any.
  const given = Object.fromEntries(
    required.filter((option) => isAnyText(properties[option])).map((option) => [option, option]),
  )
  const asked = (written: Readonly<Record<string, unknown>>): readonly Said[] => {
    try {
      return [say(plugin, Schema.decodeUnknownSync(plugin.options)({ ...given, ...written } as never))]
    } catch {
      return []
    }
  }
  const [byDefault, ...none] = asked({})
  if (byDefault === undefined || none.length > 0) return undefined
  const where = Object.entries(properties).flatMap(([option, schema]) => {
    const found = samples(schema).flatMap(([key, values]) => {
      const [first, ...others] = values.flatMap((value) => asked({ [option]: value }))
      const alike = first !== undefined && others.every((other) => same(other, first))
      return alike && !same(first, byDefault) ? [[key, first] as const] : []
    })
    return found.length > 0 ? [[option, Object.fromEntries(found)] as const] : []
  })
  return { byDefault, ...(where.length > 0 && { where: Object.fromEntries(where) }) }
}

const isAnyText = ({ type, enum: words }: JsonSchema): boolean => type === "string" && !words

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)

/** Values to try, by the word that the spec writes, or "*". */
const samples = ({ type, enum: words }: JsonSchema): readonly (readonly [string, readonly unknown[]])[] => {
  if (words) return words.map((word) => [String(word), [word]])
  if (type === "boolean") return [true, false].map((flag) => [String(flag), [flag]])
  return type === "integer" || type === "number" ? [["*", [1, 7, 0.5]]] : []
}
