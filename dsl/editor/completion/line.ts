/** Completions outside of blocks: how a line begins, and names. */
import { type CoreKind, isCoreKind, isKind, KINDS, type Kind } from "../../kinds.ts"
import { pluginsOf } from "../../names/scope.ts"
import type { Document } from "../document.ts"
import { KIND_SUMMARIES, kindPage } from "../page.ts"
import type { Place } from "../place.ts"
import { type Proposal, stop } from "./proposal.ts"

/** What a declaration of each kind is called until someone finds a better name. */
const NAMES: Readonly<Record<Kind, string>> = {
  backbone: "encoder",
  data: "texts",
  memory: "few",
  adapter: "module",
  grouping: "clustered",
  transfer: "ported",
  router: "routed",
  composition: "merged",
  strategy: "whole",
  probe: "frozen",
  backend: "exact",
  stream: "sequence",
  library: "mixed",
  train: "brief",
  pretraining: "model",
  study: "specialisation",
  experiment: "comparison",
  portability: "porting",
}

export const completeName = (kind: string, document: Document): Proposal => ({
  label: freeName(isKind(kind) ? NAMES[kind] : "name", document),
  kind: "name",
  detail: "a name of your choice",
})

/** The name, or the first `name_2`, `name_3`, ... that nothing bears. */
export const freeName = (name: string, { scope }: Document): string => {
  let free = name
  for (let i = 2; scope.declared.has(free) || scope.used.has(free); i++) free = `${name}_${i}`
  return free
}

export const completeLine = (document: Document, { start }: Place): Proposal[] => {
  const { tree, scope } = document
  const before = document.text.slice(0, start).trim() === ""
  const lines: Proposal[] = [
    {
      label: "use",
      kind: "keyword",
      detail: "plugins of a file or a package",
      insert: 'use "$1"',
      again: true,
    },
    {
      label: "import",
      kind: "keyword",
      detail: "the declarations of another file",
      insert: 'import "$1"',
      again: true,
    },
  ]
  const language: Proposal = {
    label: "language 1",
    kind: "keyword",
    detail: "the version of the language; the first line",
  }
  const kinds = KINDS.map((kind): Proposal => {
    const plugins = [...pluginsOf(scope.vocabulary, kind).values()]
    return {
      label: kind,
      kind: "keyword",
      detail: KIND_SUMMARIES[kind],
      documentation: kindPage(kind, plugins),
      insert: isCoreKind(kind)
        ? CORE_SNIPPETS[kind](freeName(NAMES[kind], document), document)
        : `${kind} ${stop(1, freeName(NAMES[kind], document))} = $0`,
      again: true,
    }
  })
  return [...(before && tree.languages.length === 0 ? [language] : []), ...kinds, ...lines]
}

/** The declarations that the language itself defines, with what they need; where one name will do, it stands there. */
const CORE_SNIPPETS: Readonly<Record<CoreKind, (name: string, document: Document) => string>> = {
  stream: (name, { scope }) =>
    block(`stream ${stop(1, name)}`, [
      ["tasks", stop(2, only(scope.namesOf("data")))],
      ["scenario", stop(3, "class_incremental")],
    ]),
  library: (name) => `library ${stop(1, name)} { $0 }`,
  train: (name) => `train ${stop(1, name)} { $0 }`,
  pretraining: (name, { scope }) =>
    block(`pretraining ${stop(1, name)}`, [
      ["family", stop(2, "")],
      ["texts", stop(3, only(scope.namesOf("stream")))],
      ["train", stop(4, only(scope.namesOf("train")))],
    ]),
  study: (name, { scope }) =>
    block(`study ${stop(1, name)}`, [
      ["models", "[$2]"],
      ["test", stop(3, only(scope.namesOf("stream")))],
    ]),
  experiment: (name, { scope }) =>
    block(`experiment ${stop(1, name)}`, [
      ["on", stop(2, only(scope.namesOf("backbone")))],
      ["stream", stop(3, only(scope.namesOf("stream")))],
      ["adapters", stop(4, only(scope.namesOf("adapter")))],
      ["train", stop(5, only(scope.namesOf("train")))],
      ["routers", "[$6]"],
    ]),
  portability: (name, { scope }) =>
    block(`portability ${stop(1, name)}`, [
      ["transfers", stop(2, only(scope.namesOf("transfer")))],
      ["on", stop(3, only(scope.namesOf("backbone")))],
      ["stream", stop(4, only(scope.namesOf("stream")))],
      ["train", stop(5, only(scope.namesOf("train")))],
      ["steps", "[0, $6]"],
    ]),
}

const only = (names: readonly string[]): string => (names.length === 1 ? names[0] : "")

const block = (head: string, options: readonly (readonly [string, string])[]): string => {
  const width = Math.max(...options.map(([name]) => name.length)) + 2
  return `${head} {\n${options.map(([name, value]) => `  ${`${name}:`.padEnd(width)}${value}\n`).join("")}  $0\n}`
}
