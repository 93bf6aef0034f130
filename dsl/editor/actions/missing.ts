/** What is missing, as edits: a required option, a memory, the language line, a `use` line, a declaration. */

import type { Diagnostic } from "../../diagnostics/diagnostic.ts"
import { aKind, isCoreKind, isKind, type Kind } from "../../kinds.ts"
import { pluginsOf } from "../../names/scope.ts"
import { coreSchemas } from "../../options/core_schema.ts"
import type { DeclarationNode } from "../../syntax/ast.ts"
import type { JsonSchema } from "../../vocabulary.ts"
import { freeName } from "../completion/line.ts"
import type { Document } from "../document.ts"
import { plainText } from "../effective.ts"
import { expectationOf, isList, wordsIn } from "../expectation.ts"
import { schemaOf } from "../marks.ts"
import type { Edit } from "../rename.ts"

interface Addition {
  readonly title: string
  readonly edits: readonly Edit[]
}

export const missingEdits = ({ code, span, message }: Diagnostic, document: Document): readonly Addition[] => {
  const { host, tree } = document
  const node = tree.declarations.find((each) => each.span.start <= span.start && span.end <= each.span.end)
  const [, quoted = ""] = /`([^`]+)`[^`]*$/.exec(message) ?? []
  switch (code) {
    case "L2R0202":
      return [{ title: "Add `language 1`", edits: [insert(0, "language 1\n\n", host.file)] }]
    case "L2R0403":
      return node ? [optionAddition(node, quoted, document)] : []
    case "L2R0512":
      return node ? [memoryAddition(node, document)] : []
    case "L2R0308":
      return [
        {
          title: `Add a \`use\` line for \`${quoted}\``,
          edits: [insert(afterLines(document), `use "./${quoted}.ts" as ${quoted}\n\n`, host.file)],
        },
      ]
    case "L2R0304": {
      const [, kind] = /^there is no (\w+) `/.exec(message) ?? []
      const at = node?.span.start
      if (!kind || !isKind(kind) || at === undefined) return []
      return [
        {
          title: `Declare ${aKind(kind)} \`${quoted}\``,
          edits: [insert(at, `${skeleton(kind, quoted, document)}\n\n`, host.file)],
        },
      ]
    }
    case "L2R0303":
      return node?.kind && isKind(node.kind)
        ? [...pluginsOf(document.scope.vocabulary, node.kind).keys()].slice(0, 5).map((plugin) => ({
            title: `Make it \`${plugin}\``,
            edits: [insert(node.name!.span.end, ` = ${plugin}`, host.file)],
          }))
        : []
    default:
      return []
  }
}

const insert = (at: number, text: string, file: string): Edit => ({ span: { file, start: at, end: at }, text })

/** Below the lines that stand above all declarations. */
const afterLines = ({ tree, text }: Document): number => {
  const last = [...tree.languages, ...tree.uses].reduce((end, { span }) => Math.max(end, span.end), 0)
  const end = /\r\n|\n|\r/.exec(text.slice(last))
  return end ? last + end.index + end[0].length : text.length
}

const optionAddition = (node: DeclarationNode, option: string, document: Document): Addition => {
  const schema = schemaOf(node, document)?.properties?.[option] ?? {}
  const value = firstValue(node.kind, option, schema, document)
  return { title: `Add \`${option}: ${value}\``, edits: [settingEdit(node, `${option}: ${value}`, document)] }
}

/** A setting behind those of a declaration, written as they are. */
export const settingEdit = (node: DeclarationNode, setting: string, { text, host }: Document): Edit => {
  const entries = [...node.settings, ...node.comparisons].sort((a, b) => a.span.start - b.span.start)
  const last = node.settings[node.settings.length - 1] ?? entries[0]
  const lines = text.slice(node.span.start, node.span.end).includes("\n")
  if (last) {
    const indent = /[ \t]*$/.exec(text.slice(0, entries[0].span.start))?.[0] ?? "  "
    return insert(last.span.end, lines ? `\n${indent}${setting}` : `, ${setting}`, host.file)
  }
  const body = text.slice(node.span.start, node.span.end)
  const brace = body.lastIndexOf("{")
  if (brace < 0) return insert(node.span.end, ` { ${setting} }`, host.file)
  const start = node.span.start + brace
  const end = body.includes("}", brace) ? node.span.end : start + 1
  return { span: { file: host.file, start, end }, text: `{ ${setting} }` }
}

/** What may stand there to begin with: its default, a name that is declared, its first word, the least number. */
const firstValue = (kind: string | undefined, option: string, schema: JsonSchema, { scope }: Document): string => {
  const { kinds } = expectationOf(kind, option, schema)
  const [name] = kinds.flatMap((each) => scope.namesOf(each))
  const one =
    name ??
    (schema.default === undefined || isList(schema) ? wordsIn(schema)[0] : plainText(schema.default)) ??
    numberFor(schema)
  return isList(schema) ? `[${one}]` : one
}

const numberFor = ({ type, minimum, exclusiveMinimum }: JsonSchema): string => {
  if (type !== "number" && type !== "integer") return '""'
  return String(minimum ?? (exclusiveMinimum === undefined ? 1 : exclusiveMinimum + 1))
}

const memoryAddition = (node: DeclarationNode, document: Document): Addition => {
  const { scope, host } = document
  const [first] = scope.namesOf("memory")
  if (first) return { title: `Add \`memory: ${first}\``, edits: [settingEdit(node, `memory: ${first}`, document)] }
  const name = freeName("few", document)
  return {
    title: `Declare a memory \`${name}\``,
    edits: [insert(node.span.start, `${skeleton("memory", name, document)}\n\n`, host.file)],
  }
}

/** A declaration with what it needs. Memories keep examples unless somebody asks for others. */
const skeleton = (kind: Kind, name: string, document: Document): string => {
  const plugins = isCoreKind(kind) ? [] : [...pluginsOf(document.scope.vocabulary, kind).values()]
  const plugin = plugins.find(({ facts }) => !facts?.generates)
  const schema = isCoreKind(kind) ? coreSchemas[kind] : plugin?.options
  const options = (schema?.required ?? []).map(
    (option) => `${option}: ${firstValue(kind, option, schema?.properties?.[option] ?? {}, document)}`,
  )
  const right = isCoreKind(kind)
    ? ""
    : ` = ${plugin?.name ?? kind}${plugin?.facts?.location === "required" ? ' ""' : ""}`
  const block = options.length > 0 ? ` { ${options.join(", ")} }` : isCoreKind(kind) ? " { }" : ""
  return `${kind} ${name}${right}${block}`
}
