/** `l2r plugins [KIND] [NAME]`, or a name alone: what a spec can name, and the options of one plugin. Those that ship are not loaded. */
import { existsSync } from "node:fs"
import { resolve } from "node:path"
import { nearest } from "../../dsl/diagnostics/suggest.ts"
import type { Vocabulary } from "../../dsl/index.ts"
import { PLUGIN_KINDS } from "../../dsl/kinds.ts"
import shipped from "../../dsl/vocabulary.json" with { type: "json" }
import { known } from "./known.ts"
import { placeTable, pluginNames, pluginPage } from "./plugin_page.ts"
import { summaries } from "./summaries.ts"
import { UsageError, type Verb } from "./verb.ts"

export default {
  summary: summaries.plugins,
  usage: "plugins [KIND] [NAME] [--use FILE] [--json]",
  words: [0, 2],
  proposes: [PLUGIN_KINDS, pluginNames(shipped as unknown as Vocabulary)],
  flags: {
    use: { type: "string", what: "those of a plugin file or package, instead of those that ship" },
    json: { type: "boolean", what: "place, reference, what it is checked against, options as JSON Schema" },
  },
  run: async ([kind, name], { use, json }) => {
    const { kinds } = typeof use === "string" ? await strangers(use) : (shipped as unknown as Vocabulary)
    const chosen = chosenOf(kinds, kind, name)
    const whole = kind === undefined || (Object.hasOwn(kinds, kind) && name === undefined)
    const pages = () =>
      Object.entries(chosen).flatMap(([of, entries]) => Object.values(entries).map((entry) => pluginPage(of, entry)))
    process.stdout.write(
      json ? `${JSON.stringify(chosen, null, 2)}\n` : whole ? placeTable(chosen) : pages().join("\n"),
    )
    return 0
  },
} satisfies Verb

type Kinds = Vocabulary["kinds"]

/** All, those of a kind, one of a kind, or those of a name, whatever their kind. */
const chosenOf = (kinds: Kinds, kind: string | undefined, name: string | undefined): Kinds => {
  if (kind === undefined) return kinds
  if (Object.hasOwn(kinds, kind)) {
    if (name === undefined) return { [kind]: kinds[kind] }
    if (Object.hasOwn(kinds[kind], name)) return { [kind]: { [name]: kinds[kind][name] } }
    throw new UsageError(known(kind, name, Object.keys(kinds[kind])))
  }
  const named = Object.entries(kinds).filter(([, entries]) => Object.hasOwn(entries, kind))
  if (named.length > 0 && name === undefined)
    return Object.fromEntries(named.map(([of, entries]) => [of, { [kind]: entries[kind] }]))
  if (name !== undefined) throw new UsageError(known("kind", kind, Object.keys(kinds)))
  const all = [...Object.keys(kinds), ...Object.values(kinds).flatMap((entries) => Object.keys(entries))]
  throw new UsageError(known("kind or plugin", kind, nearest(kind, all) ? all : Object.keys(kinds)))
}

const strangers = async (source: string): Promise<Vocabulary> => {
  const [{ loadSource }, { vocabularyOf }] = await Promise.all([
    import("../plugin/load.ts"),
    import("../plan/vocabulary.ts"),
  ])
  return vocabularyOf(await loadSource(existsSync(source) ? resolve(source) : source, process.cwd()))
}
