/** Every plugin with every option at its default, as one spec. */
import { format } from "../../../dsl/format/index.ts"
import type { JsonSchema, PluginEntry, Vocabulary } from "../../../dsl/index.ts"
import { valueText } from "../../plan/options/option_text.ts"

/** A value that an option without a default takes. */
const someValue = (schema: JsonSchema): unknown => {
  if (schema.reference) return { memory: "few", adapter: "lora_adapter", backbone: "bert_backbone" }[schema.reference]
  if (schema.items?.reference === "adapter") return ["lora_adapter", "bottleneck_adapter"]
  if (schema.enum) return schema.enum[0]
  if (schema.anyOf) return schema.anyOf.map(someValue).find((value) => value !== undefined)
  if (schema.type === "string") return "some_task"
  if (schema.type === "number" || schema.type === "integer") return schema.minimum ?? 1
  return undefined
}

export const everyOption = ({ kinds }: Vocabulary): string => {
  const blocks = Object.entries(kinds).map(([kind, plugins]) =>
    Object.values(plugins)
      .map((entry) => declaration(kind, entry))
      .join("\n"),
  )
  return format(`language 1\n\n${["memory few = random", ...blocks].join("\n\n")}\n`).text
}

const declaration = (kind: string, { name, options, facts }: PluginEntry): string => {
  // Of options that exclude each other, the first.
  const others = new Set((options.allOf ?? []).flatMap(({ not }) => not.required.slice(1)))
  const written = Object.entries(options.properties ?? {}).filter(([option]) => !others.has(option))
  const settings = written.flatMap(([option, schema]) => {
    const value = schema.default ?? someValue(schema)
    return value === undefined ? [] : [`${option}: ${valueText(value)}`]
  })
  const location = facts?.location === "required" ? ' "where/it/is"' : ""
  return `${kind} ${name}_${kind} = ${name}${location} { ${settings.join(", ")} }`
}
