/** Values and schemas in words, for messages. */

import { aKind } from "../kinds.ts"
import type { ValueNode } from "../syntax/ast.ts"
import type { JsonSchema } from "../vocabulary.ts"

/** At most this many alternatives of an enumeration are spelled out. */
const SPELLED = 6

const SHAPES: Readonly<Record<string, string>> = {
  integer: "a whole number",
  number: "a number",
  string: "a text or a word",
  boolean: "`true` or `false`",
  object: "a record { ... }",
  array: "a list",
}

/** What a schema takes: `a whole number`, `a list of words`, `a number, or one of ...`. */
export const wanted = (schema: JsonSchema): string => {
  if (schema.takes) return schema.takes
  if (schema.reference) return `the name of ${aKind(schema.reference)}`
  if (schema.anyOf) return [...new Set(schema.anyOf.map(wanted).filter((part) => part !== ""))].join(" or ")
  if (schema.enum) {
    const words = schema.enum
      .filter((member) => member !== "NaN" && member !== "Infinity" && member !== "-Infinity")
      .map((member) => `\`${member}\``)
    return words.length > SPELLED ? "one of its words" : words.join(" or ")
  }
  if (Array.isArray(schema.type)) return schema.type.map((type: string) => SHAPES[type] ?? type).join(" or ")
  if (schema.type === "array") {
    const items = schema.items && wanted(schema.items)
    return items ? `a list [...] of ${items}` : "a list [...]"
  }
  return SHAPES[schema.type as string] ?? "something else"
}

/** What a spec has written. */
export const found = (node: ValueNode): string => {
  switch (node.kind) {
    case "number":
      return node.written
    case "text":
      return "a text"
    case "word":
      return `\`${node.text}${node.member ? `.${node.member.text}` : ""}\``
    case "list":
      return "a list"
    case "record":
      return "a record"
    case "range":
      return "a range"
    case "call":
      return `\`${node.name.text}(...)\``
    case "pick":
      return `\`${node.name.text}[...]\``
    case "sweep":
      return "a sweep"
    case "broken":
      return "this"
  }
}
