/** Writes `docs/plugins.md`, the page of all plugins that ship. Run it after a change to a plugin's summary or options. */
import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import type { JsonSchema, PluginEntry, Vocabulary } from "../../dsl/vocabulary.ts"
import type { PluginKind } from "../plugin/index.ts"
import { folders, kinds } from "../plugin/registry.ts"
import { coreOptionNames } from "./options/core_options.ts"
import { typeText, valueText } from "./options/option_text.ts"
import { shippedVocabulary } from "./write_vocabulary.ts"

const INTRODUCTION = `# Plugins

Everything that ships, with its options as a spec writes them. \`l2r plugins KIND NAME\` prints the same.
This page is made by \`node src/plan/write_plugins_page.ts\`.
`

/** What a kind is for, in a sentence. */
const about: Readonly<Record<PluginKind, string>> = {
  adapter: "What is trained for a task and attached to the frozen backbone.",
  backbone: 'The frozen network. Written `backbone NAME = PLUGIN "where it is found" { ... }`.',
  backend: "What computes. A spec without one uses `onnxruntime`.",
  composition:
    "How a library of trained modules becomes one module, without a router: pure functions of their weights. Listed under an experiment's `compositions`.",
  data: 'Where tasks of labelled texts come from. Written `data NAME = PLUGIN "where it is found" { ... }`.',
  grouping:
    "Which trained modules belong together: each group gets one module, trained on all its tasks. Listed under an experiment's `adapters`, like an adapter.",
  memory: "Which past training examples routers, refitted heads and strategies that replay may see.",
  probe: "Classifiers on frozen features, without modules: controls that stand among an experiment's `bounds`.",
  router:
    "How trained modules are composed for an example. The bounds among them (`oracle`, `uniform`, ...) may stand in `bounds` without a declaration.",
  transfer:
    "How a module that was trained on another backbone becomes the start of one on this backbone. Listed under an experiment's `adapters`, like an adapter.",
  strategy:
    "One shared module, or the whole network, trained over the stream: they stand among an experiment's `bounds`.",
}

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ")

/** What holds where a spec leaves an option out: its default, nothing, or an error. */
const defaultText = (schema: JsonSchema, required: boolean): string =>
  required ? "an error" : schema.default === undefined ? "nothing" : valueText(schema.default)

const optionTable = (
  options: readonly (readonly [string, JsonSchema])[],
  required: readonly string[] = [],
): readonly string[] => [
  "| option | takes | without it | |",
  "|---|---|---|---|",
  ...options.map(
    ([name, schema]) =>
      `| \`${name}\` | ${cell(typeText(schema))} | ${cell(defaultText(schema, required.includes(name)))} | ${cell(schema.description ?? "")} |`,
  ),
  "",
]

const section = (kind: string, { name, summary, equation, reference, options }: PluginEntry): readonly string[] => {
  const own = Object.entries(options.properties ?? {}).filter(([option]) => !coreOptionNames(kind).includes(option))
  return [
    `### ${name}`,
    "",
    `${summary}.`,
    "",
    ...(equation ? ["```", ...equation.split("\n"), "```", ""] : []),
    ...(reference ? [reference, ""] : []),
    ...(own.length > 0 ? optionTable(own, options.required) : []),
  ]
}

/** The text of the page. */
export const pluginsPage = (vocabulary: Vocabulary): string => {
  const lines = kinds.flatMap((kind) => {
    const entries = Object.values(vocabulary.kinds[kind])
    const core = coreOptionNames(kind)
    const having = entries.filter(({ options }) => core.some((name) => options.properties?.[name]))
    const common = Object.entries(having[0]?.options.properties ?? {}).filter(([name]) => core.includes(name))
    const whose =
      having.length === entries.length
        ? `Every ${kind} has these options besides its own:`
        : `These options have ${having.map(({ name }) => `\`${name}\``).join(", ")} besides their own:`
    return [
      `## ${folders[kind].replace(/^./, (letter) => letter.toUpperCase())}`,
      "",
      about[kind],
      "",
      ...(common.length > 0 ? [whose, "", ...optionTable(common)] : []),
      ...entries.flatMap((entry) => section(kind, entry)),
    ]
  })
  return `${INTRODUCTION}\n${lines.join("\n").trimEnd()}\n`
}

export const shippedPluginsPage = async (): Promise<string> => pluginsPage(JSON.parse(await shippedVocabulary()))

export const pluginsPageFile = new URL("../../docs/plugins.md", import.meta.url)

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(pluginsPageFile, await shippedPluginsPage())
