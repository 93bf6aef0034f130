/** `l2r explain CODE | KIND [NAME | OPTION] | NAME | OPTION | WORD`: the long form of a diagnostic, a kind of declaration, a plugin, an option, or a word of the language. */

import { nearest } from "../../dsl/diagnostics/suggest.ts"
import { KIND_SUMMARIES } from "../../dsl/editor/page.ts"
import { besideOf, pages, runExample, SAME_PAGE, shownOf, words } from "../../dsl/explain/index.ts"
import { type JsonSchema, render, type Vocabulary } from "../../dsl/index.ts"
import { CORE_KINDS, isCoreKind, KINDS, type Kind } from "../../dsl/kinds.ts"
import { coreSchemas } from "../../dsl/options/core_schema.ts"
import shipped from "../../dsl/vocabulary.json" with { type: "json" }
import { known } from "./known.ts"
import { indented, optionList, pluginNames, pluginPage, pluginTable } from "./plugin_page.ts"
import { summaries } from "./summaries.ts"
import { UsageError, type Verb } from "./verb.ts"

const vocabulary = shipped as unknown as Vocabulary
const { kinds } = vocabulary

export default {
  summary: summaries.explain,
  usage: "explain CODE | KIND [NAME | OPTION] | NAME | OPTION | WORD",
  words: [1, 2],
  proposes: [
    [...Object.keys(pages), ...KINDS, ...Object.keys(words), ...pluginNames(vocabulary)],
    pluginNames(vocabulary),
  ],
  flags: {},
  run: async ([first, name]) => {
    process.stdout.write(name === undefined ? ofOne(first) : ofTwo(first, name))
    return 0
  },
} satisfies Verb

const ofOne = (word: string): string => {
  const code = /^(?:L2R)?(\d{3,4})$/i.exec(word)?.[1]
  if (code !== undefined) return ofCode(`L2R${code.padStart(4, "0")}`)
  const said = Object.hasOwn(SAME_PAGE, word) ? SAME_PAGE[word] : word
  if (Object.hasOwn(words, said)) return ofWord(said)
  if (isCoreKind(word)) return ofCoreKind(word)
  if (Object.hasOwn(kinds, word))
    return `${word}: ${KIND_SUMMARIES[word as Kind]}\n\n${pluginTable({ [word]: kinds[word] })}`
  const plugins = Object.entries(kinds).filter(([, entries]) => Object.hasOwn(entries, word))
  if (plugins.length > 0) return plugins.map(([kind, entries]) => pluginPage(kind, entries[word])).join("\n")
  const options = ofOption(word)
  if (options.length > 0) return options.join("\n")
  const values = ofValue(word)
  if (values.length > 0) return `${word}: a value of\n\n${values.join("\n")}`
  const names = [...KINDS, ...Object.keys(words), ...pluginNames(vocabulary), ...optionNames(owners())]
  const near = nearest(word, names)
  const there = near
    ? `did you mean ${near}?`
    : `kinds are ${KINDS.join(", ")}; words are ${Object.keys(words).join(", ")}; \`l2r plugins\` lists plugins`
  throw new UsageError(
    `there is no kind, plugin, option or word "${word}"; ${there}\na code reads L2R0401, and stands in front of a message`,
  )
}

/** Schemas of options by what has them: `adapter lora`, `stream`. */
const owners = (): readonly (readonly [string, JsonSchema])[] => [
  ...Object.entries(kinds).flatMap(([kind, entries]) =>
    Object.values(entries).map(({ name, options }) => [`${kind} ${name}`, options] as const),
  ),
  ...CORE_KINDS.map((kind) => [kind, coreSchemas[kind]] as const),
]

type Owners = ReturnType<typeof owners>

const optionNames = (of: Owners): readonly string[] => of.flatMap(([, { properties = {} }]) => Object.keys(properties))

/** An option where it is one. */
const ofOption = (option: string, of: Owners = owners()): readonly string[] =>
  optionsWhere((name) => name === option, of)

/** Options that a word is a value of. */
const ofValue = (word: string): readonly string[] => optionsWhere((_, schema) => takes(schema, word), owners())

const takes = ({ enum: words = [], anyOf = [], items }: JsonSchema, word: string): boolean =>
  words.includes(word) || anyOf.some((one) => takes(one, word)) || (items !== undefined && takes(items, word))

/** Owners whose options are the same share an entry. */
const optionsWhere = (meant: (name: string, schema: JsonSchema) => boolean, of: Owners): readonly string[] => {
  const said = new Map<string, string[]>()
  for (const [owner, { properties = {}, required = [] }] of of)
    for (const [option, schema] of Object.entries(properties)) {
      if (!meant(option, schema)) continue
      const text = optionList({ properties: { [option]: schema }, required })
      said.set(text, [...(said.get(text) ?? []), owner])
    }
  return [...said].map(([text, of]) => `${indented(`Of ${of.join(", ")}`, 0)}${text.replace("\nOptions", "")}`)
}

const ofTwo = (kind: string, name: string): string => {
  if (!(KINDS as readonly string[]).includes(kind)) throw new UsageError(known("kind", kind, KINDS))
  const plugins = Object.hasOwn(kinds, kind) ? kinds[kind] : {}
  if (Object.hasOwn(plugins, name)) return pluginPage(kind, plugins[name])
  const of = owners().filter(([owner]) => owner === kind || owner.startsWith(`${kind} `))
  const options = ofOption(name, of)
  if (options.length > 0) return options.join("\n")
  throw new UsageError(
    isCoreKind(kind) ? known(`option of ${kind}`, name, optionNames(of)) : known(kind, name, Object.keys(plugins)),
  )
}

const ofWord = (word: string): string => {
  const { title, text, example } = words[word]
  const beside = besideOf(words[word]).map((sentence) => indented(sentence, 0))
  return [`${word}: ${title}`, indented(text, 0), quoted(shownOf(example)), ...beside].join("\n\n").concat("\n")
}

const ofCode = (code: string): string => {
  if (!Object.hasOwn(pages, code)) throw new UsageError(known("code", code, Object.keys(pages)))
  const page = pages[code]
  const { diagnostics, texts } = runExample(page.wrong, page, vocabulary)
  const own = diagnostics.filter((diagnostic) => diagnostic.code === code).slice(0, 1)
  const color = process.stdout.isTTY === true && !process.env.NO_COLOR
  return [
    `${code}: ${page.title}`,
    ...page.text.split("\n\n").map((paragraph) => indented(paragraph, 0)),
    // Of an older language there is no example in this version.
    ...(own.length === 0
      ? []
      : [
          "Wrong:",
          quoted(shownOf(page.wrong)),
          render(own, texts, { color, hints: true }).trimEnd(),
          "Right:",
          quoted(shownOf(page.right)),
          ...besideOf(page).map((sentence) => indented(sentence, 0)),
        ]),
  ]
    .join("\n\n")
    .concat("\n")
}

/** More lines of an example are not shown. */
const SHOWN = 20

const quoted = (example: string): string => {
  const lines = example.split("\n")
  const cut = lines.length > SHOWN ? [...lines.slice(0, 3), "..."] : lines
  return cut.map((line) => `    ${line}`.trimEnd()).join("\n")
}

const ABOUT: Readonly<Record<(typeof CORE_KINDS)[number], string>> = {
  stream: "The tasks that arrive, in their order.",
  library: "A mixed set of modules: for each task, the adapter that is trained for it.",
  train: "How modules are trained.",
  pretraining: "How a language model is made: from nothing, or from another one.",
  study: "Which language models are read on which texts, and what is left of them when experts are pruned.",
  experiment: "What is run on what, and which of its rows are compared.",
  portability: "Modules carried between backbones, against others that start elsewhere, at budgets of training steps.",
}

const ofCoreKind = (kind: (typeof CORE_KINDS)[number]): string => {
  const options =
    kind === "library"
      ? "\nIts options are the names of tasks, each with an adapter, or with the text of a folder that holds a module of PEFT.\n"
      : optionList(coreSchemas[kind])
  return `${kind}\n${ABOUT[kind]}\n${options}`
}
