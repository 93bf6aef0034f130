/** What each word of a file means: a plugin, a declaration, an option, one of an option's words, a task. */

import { BOUND_KINDS, isCoreKind, isKind } from "../kinds.ts"
import { pluginsOf } from "../names/scope.ts"
import { COMPARED, coreSchemas } from "../options/core_schema.ts"
import type { Span } from "../spec.ts"
import type { DeclarationNode, FileNode, Name, Setting, ValueNode } from "../syntax/ast.ts"
import type { JsonSchema, PluginEntry } from "../vocabulary.ts"
import type { Document } from "./document.ts"
import { type Expectation, expectationOf, propertiesOf } from "./expectation.ts"

export interface Mark {
  readonly role:
    | "kind"
    | "declaration"
    | "reference"
    | "alias"
    | "source"
    | "plugin"
    | "option"
    | "word"
    | "task"
    | "head"
  readonly span: Span
  readonly text: string
  /** The declaration that it stands in. */
  readonly node?: DeclarationNode
  /** An alias where it is brought in, not where it is used. */
  readonly brought?: boolean
  /** A source: a spec, not a plugin. */
  readonly imported?: boolean
  /** Of a plugin. */
  readonly kind?: string
  readonly entry?: PluginEntry
  readonly alias?: string
  /** Of an option, and of the words in it: the option's name and its schema. */
  readonly option?: string
  readonly schema?: JsonSchema
  readonly value?: ValueNode
  /** Of a task: the data that it is picked from. */
  readonly data?: string
}

/** In the order of their places. */
export const marksOf = (document: Document): readonly Mark[] => {
  const known = kept.get(document)
  if (known) return known
  const marks = marksOfFile(document.tree, document)
  kept.set(document, marks)
  return marks
}

/** The same of a file that this one imports. */
export const marksOfFile = ({ uses, imports, declarations }: FileNode, document: Document): readonly Mark[] => {
  const marks: Mark[] = []
  for (const { source, alias } of uses) {
    marks.push({ role: "source", span: source.span, text: source.text })
    if (alias) marks.push({ role: "alias", span: alias.span, text: alias.text, brought: true })
  }
  for (const { source } of imports) marks.push({ role: "source", span: source.span, text: source.text, imported: true })
  for (const node of declarations) marks.push(...marksIn(node, document))
  return marks.sort((a, b) => a.span.start - b.span.start)
}

const kept = new WeakMap<Document, readonly Mark[]>()

/** The mark that a place is in, or right behind. */
export const markAt = (document: Document, offset: number): Mark | undefined =>
  marksOf(document).find(({ span }) => span.start <= offset && offset <= span.end)

/** The schema of a declaration's options, as far as it is known. */
export const schemaOf = (node: DeclarationNode, { resolve }: Document): JsonSchema | undefined =>
  node.kind && isCoreKind(node.kind) ? coreSchemas[node.kind] : resolve(node).entry?.options

const marksIn = (node: DeclarationNode, document: Document): Mark[] => {
  const marks: Mark[] = []
  const { kind, name, keyword } = node
  if (kind) marks.push({ role: "kind", span: keyword.span, text: keyword.text, kind, node })
  if (name) marks.push({ role: "declaration", span: name.span, text: name.text, node })
  if (node.alias) marks.push({ role: "alias", span: node.alias.span, text: node.alias.text, node })
  if (node.plugin && kind && isKind(kind)) marks.push(rightSide(node, node.plugin, kind, document))
  const properties = schemaOf(node, document)?.properties ?? {}
  for (const setting of node.settings) marks.push(...settingMarks(setting, node, properties, document))
  for (const { left, against, on } of node.comparisons) {
    for (const row of [left, ...(against.kind === "list" ? against.items : [against])])
      marks.push(...rowMarks(row, node))
    if (on.kind === "word")
      marks.push({
        role: "word",
        span: firstOf(on),
        text: on.text,
        option: "compare",
        schema: { enum: COMPARED },
        node,
      })
  }
  return marks
}

/** What stands after `=`: a plugin, or a declaration that is extended. */
const rightSide = (node: DeclarationNode, name: Name, kind: string, { scope, resolve }: Document): Mark => {
  const { text, span } = name
  const isPlugin = node.alias !== undefined || pluginsOf(scope.vocabulary, kind).has(text)
  if (isPlugin || scope.declared.get(text)?.kind !== kind)
    return { role: "plugin", span, text, node, kind, alias: node.alias?.text, entry: resolve(node).entry }
  return { role: "reference", span, text, node }
}

const settingMarks = (
  { key, value }: Setting,
  node: DeclarationNode,
  properties: Readonly<Record<string, JsonSchema>>,
  document: Document,
): Mark[] => {
  const schema = Object.hasOwn(properties, key.text) ? properties[key.text] : undefined
  const role = node.kind === "library" ? "task" : "option"
  const own: Mark = { role, span: key.span, text: key.text, option: key.text, schema, value, node }
  return [own, ...valueMarks(value, key.text, expectationOf(node.kind, key.text, schema), node, document)]
}

const valueMarks = (
  value: ValueNode,
  option: string,
  expected: Expectation,
  node: DeclarationNode,
  document: Document,
): Mark[] => {
  const inside = (items: readonly ValueNode[]) =>
    items.flatMap((item) => valueMarks(item, option, expected, node, document))
  const { schema } = expected
  switch (value.kind) {
    case "word":
      return [{ ...wordMark(value.text, firstOf(value), expected, document), option, schema, node }]
    case "record":
      return value.settings.flatMap((setting) => settingMarks(setting, node, propertiesOf(schema), document))
    case "pick": {
      const data: Mark = { role: "reference", span: value.name.span, text: value.name.text, node, option, schema }
      const tasks = value.items.flatMap((item): Mark[] =>
        item.kind === "word" || item.kind === "text"
          ? [
              {
                role: "task",
                span: item.span,
                text: item.kind === "word" ? item.text : item.value,
                node,
                data: data.text,
              },
            ]
          : [],
      )
      return [data, ...tasks]
    }
    case "call":
      return [{ role: "word", span: value.name.span, text: value.name.text, node, option, schema }]
    default:
      return "items" in value ? inside((value as { items: readonly ValueNode[] }).items) : []
  }
}

const wordMark = (text: string, span: Span, { kinds, plugins }: Expectation, { scope }: Document): Mark => {
  if (kinds.length === 0) return { role: "word", span, text }
  const kind =
    plugins && !scope.declared.has(text)
      ? BOUND_KINDS.find((each) => pluginsOf(scope.vocabulary, each).has(text))
      : undefined
  return kind
    ? { role: "plugin", span, text, kind, entry: pluginsOf(scope.vocabulary, kind).get(text) }
    : { role: "reference", span, text }
}

/** A row of an experiment: a declaration or a plugin among its bounds, perhaps with a head: `learnt.kept`. */
const rowMarks = (row: ValueNode, node: DeclarationNode): Mark[] => {
  if (row.kind !== "word") return []
  const own: Mark = { role: "reference", span: firstOf(row), text: row.text, node, option: "compare" }
  return row.member ? [own, { role: "head", span: row.member.span, text: row.member.text, node }] : [own]
}

/** The word before the dot, of a word with a member. */
const firstOf = ({ text, span }: ValueNode & { kind: "word" }): Span => ({ ...span, end: span.start + text.length })
