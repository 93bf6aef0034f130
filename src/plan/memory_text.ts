/** A memory in words: `random { per_class: 1 }`, with the options that are not at their defaults. Two that are alike are one text. */
import type { Memory } from "../plugin/index.ts"
import type { Resolved } from "./chosen.ts"
import { valueText } from "./options/option_text.ts"
import type { Json } from "./step.ts"
import { jsonSchemaOf } from "./vocabulary.ts"

export const memoryText = ({ plugin, chosen }: Resolved<Memory>): string => {
  const { properties = {} } = jsonSchemaOf(plugin.options)
  const own = Object.entries(chosen.options as Readonly<Record<string, Json>>)
    .filter(([option, value]) => valueText(value) !== valueText(properties[option]?.default))
    .map(([option, value]) => `${option}: ${valueText(value)}`)
  return own.length > 0 ? `${plugin.name} { ${own.join(", ")} }` : plugin.name
}
