/** `l2r plugins [KIND] [NAME]`: what a spec can name, and the options of one plugin. Those that ship are not loaded. */
import { existsSync } from "node:fs"
import { resolve } from "node:path"
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
    if (kind !== undefined && !Object.hasOwn(kinds, kind)) throw new UsageError(known("kind", kind, Object.keys(kinds)))
    if (name !== undefined && !Object.hasOwn(kinds[kind], name))
      throw new UsageError(known(kind, name, Object.keys(kinds[kind])))
    const chosen =
      kind === undefined ? kinds : { [kind]: name === undefined ? kinds[kind] : { [name]: kinds[kind][name] } }
    process.stdout.write(
      json
        ? `${JSON.stringify(chosen, null, 2)}\n`
        : name === undefined
          ? placeTable(chosen)
          : pluginPage(kind, kinds[kind][name]),
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
