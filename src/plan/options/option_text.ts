/** Options in words, as people and specs write them: for `l2r plugins` and the page of all plugins. */
import { aKind } from "../../../dsl/kinds.ts"
import type { JsonSchema } from "../../../dsl/vocabulary.ts"

const names: Readonly<Record<string, string>> = {
  integer: "whole number",
  number: "number",
  string: "text",
  boolean: "true | false",
}

/** The type of an option: `whole number > 0`, `mean | cls`, `list of query | key`. */
export const typeText = (schema: JsonSchema): string => {
  if (schema.takes) return schema.takes
  if (schema.enum) return schema.enum.map(valueText).join(" | ")
  if (schema.anyOf) return schema.anyOf.map(typeText).join(" or ")
  if (schema.reference) return `name of ${aKind(schema.reference)}`
  if (schema.items?.reference) return `list of names of declarations, each ${aKind(schema.items.reference)}`
  if (schema.type === "array") return `list of ${schema.items ? typeText(schema.items) : "values"}`
  if (schema.properties) {
    const inner = Object.entries(schema.properties).map(([name, each]) => `${name}: ${typeText(each)}`)
    return `{ ${inner.join(", ")} }`
  }
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum } = schema
  const bounds = [
    minimum === undefined ? "" : ` >= ${minimum}`,
    exclusiveMinimum === undefined ? "" : ` > ${exclusiveMinimum}`,
    maximum === undefined ? "" : ` <= ${maximum}`,
    exclusiveMaximum === undefined ? "" : ` < ${exclusiveMaximum}`,
  ]
  return `${names[String(schema.type)] ?? schema.type ?? "value"}${bounds.filter(Boolean).join(",")}${schema.unit ? ` of ${schema.unit}` : ""}`
}

/** What needs no quotation marks. */
const WORD = /^[A-Za-z_]\w*$/

/** A value as a spec writes it. */
export const valueText = (value: unknown): string =>
  Array.isArray(value)
    ? `[${value.map(valueText).join(", ")}]`
    : typeof value === "string" && WORD.test(value)
      ? value
      : JSON.stringify(value)
