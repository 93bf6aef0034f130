/** The reference manual: the page on the language, its grammar, every plugin, every diagnostic. */
import { readFileSync } from "node:fs"
import { besideOf, pages, runExample, shownOf } from "../../../dsl/explain/index.ts"
import { render, type Vocabulary } from "../../../dsl/index.ts"
import { pluginsPage } from "../../plan/write_plugins_page.ts"
import type { Verb } from "../verb.ts"
import { commandLine } from "./command_line.ts"
import { everyOption } from "./every_option.ts"
import { grammarText } from "./grammar.ts"

const language = new URL("../../../docs/language.md", import.meta.url)

export interface Content {
  readonly vocabulary: Vocabulary
  readonly verbs: Readonly<Record<string, Verb>>
  readonly version: string
}

export const manual = ({ vocabulary, verbs, version }: Content): string =>
  [
    `# l2r ${version}: reference manual`,
    "Made by `l2r docs` from the language's own page, the grammar, the plugins' schemas, the explanations of diagnostics and the verbs.",
    deeper(readFileSync(language, "utf8").replaceAll("\r\n", "\n")).trimEnd(),
    "## Grammar",
    "As the parser has it: `[ ]` may be left out, `{ }` may be repeated, `|` separates alternatives.",
    fenced("", grammarText()),
    deeper(pluginsPage(vocabulary)).trimEnd(),
    "## Every option, written out",
    "All plugins that ship, with their defaults:",
    fenced("l2r", everyOption(vocabulary).trimEnd()),
    "## Every diagnostic",
    ...Object.keys(pages).map((code) => explanation(code, vocabulary)),
    commandLine(verbs),
  ]
    .join("\n\n")
    .concat("\n")

/** Headings one level down, outside of code. */
const deeper = (page: string): string =>
  page
    .split(/^(```[\s\S]*?^```$)/m)
    .map((part, index) => (index % 2 === 0 ? part.replace(/^#/gm, "##") : part))
    .join("")

const fenced = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\``

/** Longer examples are not shown. */
const SHOWN = 2000

const explanation = (code: string, vocabulary: Vocabulary): string => {
  const page = pages[code]
  const { diagnostics, texts } = runExample(page.wrong, page, vocabulary)
  const said = diagnostics.filter((diagnostic) => diagnostic.code === code).slice(0, 1)
  const [wrong, right] = [shownOf(page.wrong), shownOf(page.right)]
  const examples = [
    ...(wrong.length > SHOWN ? [] : ["Wrong:", fenced("l2r", wrong)]),
    fenced("", render(said, texts, { hints: true }).trimEnd()),
    "Right:",
    fenced("l2r", right),
    ...besideOf(page),
  ]
  // Of an older language there is no example in this version.
  return [`### ${code}: ${page.title}`, page.text, ...(said.length === 0 ? [] : examples)].join("\n\n")
}
