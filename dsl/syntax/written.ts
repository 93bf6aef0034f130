/** A value as a spec writes it, on one line. */
import type { Comparison, Setting, ValueNode } from "./ast.ts"

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

/** A name, or a text where it can't be one. */
export const writtenName = (name: string): string => (NAME.test(name) ? name : writtenText(name))

/** A text in its quotes, with what would end it or its line escaped. */
export const writtenText = (text: string): string =>
  `"${text.replace(/["\\\n\t\r\u2028\u2029]/g, (character) => ESCAPES[character] ?? `\\u{${character.charCodeAt(0).toString(16)}}`)}"`

const ESCAPES: Readonly<Record<string, string>> = { '"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t" }

export const written = (node: ValueNode): string => {
  switch (node.kind) {
    case "number":
      return node.written
    case "text":
      return writtenText(node.value)
    case "word":
      return node.member ? `${node.text}.${node.member.text}` : node.text
    case "list":
      return list(node.items)
    case "record":
      return body(node.settings, node.comparisons)
    case "range":
      return `${node.from}..${node.to}`
    case "call":
      return `${node.name.text}(${node.items.map(written).join(", ")})`
    case "pick":
      return `${node.name.text}${list(node.items)}`
    case "sweep":
      return `sweep ${node.tag ? `${node.tag.text} ` : ""}${list(node.items)}`
    case "broken":
      return "?"
  }
}

const list = (items: readonly ValueNode[]): string => `[${items.map(written).join(", ")}]`

export const body = (settings: readonly Setting[], comparisons: readonly Comparison[]): string => {
  const entries = [...settings.map(writtenSetting), ...comparisons.map(writtenComparison)]
  return entries.length === 0 ? "{ }" : `{ ${entries.join(", ")} }`
}

export const writtenSetting = ({ key, value }: Setting): string => `${writtenName(key.text)}: ${written(value)}`

export const writtenComparison = ({ left, against, on }: Comparison): string =>
  `compare ${written(left)} against ${written(against)} on ${written(on)}`
