/** Plugins and their options as text for a terminal: for `l2r plugins` and `l2r explain`. */
import type { JsonSchema, PluginEntry, Vocabulary } from "../../dsl/index.ts"
import { typeText, valueText } from "../plan/options/option_text.ts"
import { DIMENSIONS } from "../plugin/taxonomy.ts"
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

/** A line per plugin: kind, name, place in the taxonomy (`soft|hard`: as its options say), reference, what it is checked against. */
export const placeTable = (kinds: Vocabulary["kinds"]): string => {
  const rows = Object.entries(kinds).flatMap(([kind, plugins]) =>
    Object.values(plugins).map(({ name, place = {}, reference = "-", checked = "-" }) => [
      kind,
      name,
      placeText(place) || "-",
      reference,
      checked,
    ]),
  )
  if (rows.length === 0) return "none\n"
  const names = [0, 1].map((at) => Math.max(...rows.map((row) => row[at].length)))
  const left = terminalOf(process.stdout, process.env).columns - names[0] - names[1] - 2 * TITLES.length
  const longest = (at: number) => Math.max(...rows.flatMap((row) => row[at].split(" ").map((word) => word.length)))
  const widths = [
    ...names,
    ...[0.36, 0.24, 0.4].map((share, i) => Math.max(longest(names.length + i), Math.floor(share * left))),
  ]
  return [TITLES, ...rows].map((row) => `${inColumns(row, widths)}\n`).join("")
}

const TITLES = ["kind", "name", "place", "reference", "checked against"]

const inColumns = (cells: readonly string[], widths: readonly number[]): string => {
  const lines = cells.map((text, at) => wrapped(text, widths[at]))
  return Array.from({ length: Math.max(...lines.map(({ length }) => length)) }, (_, line) =>
    lines
      .map((each, at) => (each[line] ?? "").padEnd(widths[at] + 2))
      .join("")
      .trimEnd(),
  ).join("\n")
}

/** What gates are computed from is left to the page of a plugin. */
const placeText = ({ query: _, ...place }: NonNullable<PluginEntry["place"]>): string =>
  Object.values(place)
    .map((words) => words.join("|"))
    .join(", ")

/** A plugin with its equation, its reference and its options. */
export const pluginPage = (kind: string, entry: PluginEntry): string => {
  const { name, summary, equation, reference, checked, place, options } = entry
  return [
    `${kind} ${name}\n${indented(summary, 0)}\n`,
    ...(equation === undefined ? [] : [`${equation}\n`]),
    ...(reference === undefined ? [] : [`${reference}\n`]),
    ...(checked === undefined ? [] : [`${indented(`Checked against ${checked}`, 0)}\n`]),
    ...(place === undefined ? [] : [`\nPlace\n${placeList(place)}`]),
    optionList(options),
  ].join("")
}

/** A line per dimension and word, with what the word means. */
const placeList = (place: NonNullable<PluginEntry["place"]>): string =>
  Object.entries(place)
    .map(([dimension, words]) => {
      const meanings: Readonly<Record<string, string>> = DIMENSIONS[dimension as keyof typeof DIMENSIONS]?.words ?? {}
      const said = words.map((word) => (meanings[word] ? `${word}: ${meanings[word]}` : word))
      return `  ${dimension}\n${said.map((line) => `      ${indented(line, 6)}\n`).join("")}`
    })
    .join("")

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

/** The names of all plugins, each once. */
export const pluginNames = ({ kinds }: Vocabulary): readonly string[] => [
  ...new Set(Object.values(kinds).flatMap((entries) => Object.keys(entries))),
]
