/** Writes `docs/taxonomy.md`, where every plugin that ships stands among modular methods. Run it after a change to a plugin's place, reference or `checked`. */
import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import type { PluginEntry, Vocabulary } from "../../dsl/vocabulary.ts"
import { folders, kinds } from "../plugin/registry.ts"
import { DIMENSIONS } from "../plugin/taxonomy.ts"
import { shippedVocabulary } from "./write_vocabulary.ts"

const INTRODUCTION = `# Taxonomy

Where every plugin that ships stands in the taxonomy of modular deep learning (Pfeiffer, Ruder, Vulić, Ponti 2023,
[arXiv 2302.11529](https://arxiv.org/abs/2302.11529)), what it follows, and what it has been checked against.
\`l2r plugins\` prints the same table, \`l2r plugins --json\` has it as data.

Where a cell has several words, the plugin's options choose among them; the first is that of the defaults. A router's level,
granularity and aggregation are read off its \`routing\`, its training off its \`fit\`; how it chooses is declared:
\`taxonomy: { routing: "soft" }\` on a router, \`taxonomy: { computation: "adapter" }\` on an adapter. A plugin of your own may
leave that out.

Here modules are always trained first, and routers over modules that are frozen. A method whose authors train both together
(\`polytropon\`, \`pi_tuning\`, \`moduleformer\`, \`mole\`, \`smear\`, \`mocl\`, \`sapt\`) has therefore another training setting here than in its paper;
each file under \`plugins/routers\` says how it differs. The strategy \`sapt\` trains modules together with the attention that weighs them.

"The kit" is \`testRouter\`, \`testAdapter\`, \`testComposition\`, \`testGrouping\`, \`testBaseline\`, \`testTransfer\`, \`testBackbone\` of \`l2r/testing\`: every plugin of these kinds passes it. For routers it has gates for one to
three modules, modules in another order, other texts in the batch, permuted task ids, and gradients against central differences.
"The planted library" is a small network in which only the right module solves a task.

This page is made by \`node src/plan/write_taxonomy_page.ts\`.
`

type Dimension = keyof typeof DIMENSIONS | "query"

const ORDER: readonly Dimension[] = [
  "computation",
  "routing",
  "query",
  "level",
  "granularity",
  "aggregation",
  "training",
  "memory",
]

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ")
const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`

/** The words of a dimension, and who has them. */
const dimension = (name: keyof typeof DIMENSIONS, all: readonly PluginEntry[]): readonly string[] => {
  const { title, words } = DIMENSIONS[name]
  const members = (word: string) =>
    all.filter(({ place }) => place?.[name]?.includes(word)).map((one) => `\`${one.name}\``)
  return [
    `### ${title}`,
    "",
    `| \`${name}\` | | here |`,
    "|---|---|---|",
    ...Object.entries(words).map(([word, meaning]) => row([`\`${word}\``, meaning, members(word).join(", ") || "-"])),
    "",
  ]
}

/** The plugins of a kind, with the dimensions that one of them has. */
const section = (kind: keyof typeof folders, entries: readonly PluginEntry[]): readonly string[] => {
  const has = ORDER.filter((name) => entries.some(({ place }) => place?.[name]))
  return [
    `## ${folders[kind].replace(/^./, (letter) => letter.toUpperCase())}`,
    "",
    row(["", ...has, "reference", "checked against"]),
    `|${"---|".repeat(has.length + 3)}`,
    ...entries.map(({ name, place, reference = "", checked = "" }) =>
      row([`\`${name}\``, ...has.map((each) => place?.[each]?.join(", ") ?? ""), reference, checked]),
    ),
    "",
  ]
}

/** The text of the page. */
export const taxonomyPage = (vocabulary: Vocabulary): string => {
  const of = kinds.flatMap((kind) => {
    const entries = Object.values(vocabulary.kinds[kind] ?? {})
    return entries.length > 0 ? [{ kind, entries }] : []
  })
  const all = of.flatMap(({ entries }) => entries)
  const dimensions = Object.keys(DIMENSIONS) as readonly (keyof typeof DIMENSIONS)[]
  const lines = [
    ...of.flatMap(({ kind, entries }) => section(kind, entries)),
    "## The words",
    "",
    ...dimensions.flatMap((name) => dimension(name, all)),
  ]
  return `${INTRODUCTION}\n${lines.join("\n").trimEnd()}\n`
}

export const shippedTaxonomyPage = async (): Promise<string> => taxonomyPage(JSON.parse(await shippedVocabulary()))

export const taxonomyPageFile = new URL("../../docs/taxonomy.md", import.meta.url)

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(taxonomyPageFile, await shippedTaxonomyPage())
