/** `l2r plugins [KIND] [NAME]`: what a spec can name, and the options of one plugin. Those that ship are not loaded. */
import { existsSync } from "node:fs"
import { resolve } from "node:path"
import type { PluginEntry, Vocabulary } from "../../dsl/index.ts"
import shipped from "../../dsl/vocabulary.json" with { type: "json" }
import { typeText, valueText } from "../plan/option_text.ts"
import { terminalOf } from "../report/terminal.ts"
import { wrapped } from "../report/text_width.ts"
import { known } from "./known.ts"
import { UsageError, type Verb } from "./verb.ts"

export default {
  summary: "list plugins, or the options of one",
  usage: "plugins [KIND] [NAME] [--use FILE] [--json]",
  words: [0, 2],
  flags: {
    use: { type: "string", what: "those of a plugin file or package, instead of those that ship" },
    json: { type: "boolean", what: "options as JSON Schema" },
  },
  run: async ([kind, name], { use, json }) => {
    const { kinds } = typeof use === "string" ? await strangers(use) : (shipped as unknown as Vocabulary)
    if (kind !== undefined && !Object.hasOwn(kinds, kind)) throw new UsageError(known("kind", kind, Object.keys(kinds)))
    if (name !== undefined && !Object.hasOwn(kinds[kind], name))
      throw new UsageError(known(kind, name, Object.keys(kinds[kind])))
    const chosen =
      kind === undefined ? kinds : { [kind]: name === undefined ? kinds[kind] : { [name]: kinds[kind][name] } }
    process.stdout.write(
      json
        ? `${JSON.stringify(chosen, null, 2)}\n`
        : name === undefined
          ? table(chosen)
          : page(kind, kinds[kind][name]),
    )
    return 0
  },
} satisfies Verb

const strangers = async (source: string): Promise<Vocabulary> => {
  const [{ loadSource }, { vocabularyOf }] = await Promise.all([
    import("../plugin/load.ts"),
    import("../plan/vocabulary.ts"),
  ])
  return vocabularyOf(await loadSource(existsSync(source) ? resolve(source) : source, process.cwd()))
}

/** A line per plugin: kind, name, summary. */
const table = (kinds: Vocabulary["kinds"]): string => {
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

const page = (kind: string, { name, summary, equation, reference, options }: PluginEntry): string => {
  const required = new Set(options.required ?? [])
  const about = Object.entries(options.properties ?? {}).map(([option, schema]) => {
    const standard = required.has(option)
      ? "required"
      : schema.default === undefined
        ? "optional"
        : `default ${valueText(schema.default)}`
    return `  ${option}: ${typeText(schema)}, ${standard}\n      ${indented(schema.description ?? "", 6)}\n`
  })
  return [
    `${kind} ${name}\n${indented(summary, 0)}\n`,
    ...(equation === undefined ? [] : [`${equation}\n`]),
    ...(reference === undefined ? [] : [`${reference}\n`]),
    about.length === 0 ? "\nIt has no options.\n" : `\nOptions\n${about.join("")}`,
  ].join("")
}

const indented = (text: string, by: number): string =>
  wrapped(text, Math.max(40, terminalOf(process.stdout, process.env).columns - by)).join(`\n${" ".repeat(by)}`)
