/** Plugins and their options as text for a terminal: for `l2r plugins` and `l2r explain`. */
import type { JsonSchema, PluginEntry, Vocabulary } from "../../dsl/index.ts"
import { typeText, valueText } from "../plan/option_text.ts"
import { terminalOf } from "../report/terminal.ts"
import { wrapped } from "../report/text_width.ts"

/** A line per plugin: kind, name, summary. */
export const pluginTable = (kinds: Vocabulary["kinds"]): string => {
  const rows = Object.entries(kinds).flatMap(([kind, plugins]) =>
    Object.values(plugins).map(({ name, summary }) => ({ kind, name, summary })),
  )
  if (rows.length === 0) return "none\n"
  const [first, second] = [
    Math.max(...rows.map(({ kind }) => kind.length)) + 2,
    Math.max(...rows.map(({ name }) => name.length)) + 2,
  ]
  return rows
    .map(
      ({ kind, name, summary }) => `${kind.padEnd(first)}${name.padEnd(second)}${indented(summary, first + second)}\n`,
    )
    .join("")
}

/** A plugin with its equation, its reference and its options. */
export const pluginPage = (kind: string, { name, summary, equation, reference, options }: PluginEntry): string =>
  [
    `${kind} ${name}\n${indented(summary, 0)}\n`,
    ...(equation === undefined ? [] : [`${equation}\n`]),
    ...(reference === undefined ? [] : [`${reference}\n`]),
    optionList(options),
  ].join("")

/** Options with their types, defaults and meanings. */
export const optionList = ({ properties = {}, required = [] }: JsonSchema): string => {
  const about = Object.entries(properties).map(([option, schema]) => {
    const standard = required.includes(option)
      ? "required"
      : schema.default === undefined
        ? "optional"
        : `default ${valueText(schema.default)}`
    return `  ${option}: ${typeText(schema)}, ${standard}\n      ${indented(schema.description ?? "", 6)}\n`
  })
  return about.length === 0 ? "\nIt has no options.\n" : `\nOptions\n${about.join("")}`
}

/** Wrapped to the terminal, each line but the first indented. */
export const indented = (text: string, by: number): string =>
  wrapped(text, Math.max(40, terminalOf(process.stdout, process.env).columns - by)).join(`\n${" ".repeat(by)}`)
