/** What is said of the word under the pointer. */

import { BOUND_KINDS, isKind } from "../kinds.ts"
import { pluginsOf } from "../names/scope.ts"
import { MEASURED } from "../options/measured.ts"
import type { Span } from "../spec.ts"
import type { DeclarationNode, ValueNode } from "../syntax/ast.ts"
import { written } from "../syntax/written.ts"
import type { PluginEntry } from "../vocabulary.ts"
import type { Document } from "./document.ts"
import { type EffectiveOption, effectiveOptions, plainText, sweptOf, variantsOf } from "./effective.ts"
import { type Mark, markAt, schemaOf } from "./marks.ts"
import { kindPage, optionPage, pluginPage } from "./page.ts"
import { tasksOf } from "./tasks.ts"

export interface Hover {
  /** Markdown. */
  readonly text: string
  readonly span: Span
}

export const hoverAt = (document: Document, offset: number): Hover | undefined => {
  const mark = markAt(document, offset)
  const text = mark && pageOf(mark, document)
  return text === undefined ? numberAt(document, offset) : { text, span: mark!.span }
}

const pageOf = (mark: Mark, document: Document): string | undefined => {
  const { scope, host } = document
  switch (mark.role) {
    case "kind":
      return isKind(mark.kind!) ? kindPage(mark.kind, [...pluginsOf(scope.vocabulary, mark.kind).values()]) : undefined
    case "declaration":
      return declarationPage(mark.node!, document)
    case "reference": {
      const declared = scope.declared.get(mark.text)
      if (declared) return declarationPage(declared, document)
      const kind = BOUND_KINDS.find((each) => pluginsOf(scope.vocabulary, each).has(mark.text))
      return kind && pluginPage(kind, pluginsOf(scope.vocabulary, kind).get(mark.text)!)
    }
    case "plugin":
      return mark.entry && pluginPage(mark.kind!, mark.entry)
    case "option":
      return mark.schema && withEffect(mark, document)
    case "word":
      return wordPage(mark, document)
    case "task":
      return `**${mark.text}**, a task${mark.data ? ` of \`${mark.data}\`` : ""}`
    case "head":
      return mark.text === "kept"
        ? "**kept**: the row whose heads are as each task trained them"
        : "**refit**: the row whose heads are trained further, together, on the memory"
    case "alias": {
      const used = scope.used.get(mark.text)
      const source = scope.uses.find(({ alias }) => alias === mark.text)?.source
      if (!used || "problem" in used) return source && `plugins of \`${source}\`, which are not loaded`
      const listed = Object.entries(used.kinds).flatMap(([kind, plugins]) =>
        Object.values(plugins).map(
          (entry: PluginEntry) => `- ${kind} \`${mark.text}.${entry.name}\`: ${entry.summary}`,
        ),
      )
      return [`plugins of \`${source ?? host.file}\``, listed.join("\n")].join("\n\n")
    }
    default:
      return undefined
  }
}

const withEffect = ({ option, schema, value, node }: Mark, document: Document): string => {
  const required = schemaOf(node!, document)?.required?.includes(option!) ?? false
  const lines = [optionPage(option!, schema!, required)]
  const count = value ? sweptOf(value) : 1
  if (value && count > 1) lines.push(`Here: ${written(value)}: ${count} variants`)
  else if (value?.kind === "number" && value.written !== plainText(value.value))
    lines.push(`Here: ${value.written} = ${plainText(value.value)}${value.unit ? ` ${value.unit}` : ""}`)
  const above = node?.plugin && document.scope.declared.get(node.plugin.text)
  const before = above && above.kind === node.kind && document.resolve(above).settings.get(option!)
  if (before) lines.push(`In \`${above.name!.text}\`, which this extends: ${written(before.value)}`)
  return lines.join("\n\n")
}

const wordPage = ({ text, schema, option }: Mark, document: Document): string | undefined => {
  if (option === "measure" && Object.hasOwn(MEASURED, text))
    return `\`${text}\`, a value of **measure**: ${MEASURED[text as keyof typeof MEASURED]}`
  if (!option || !schema?.description) return option && `\`${text}\`, a value of \`${option}\``
  return `\`${text}\`, a value of **${option}**: ${schema.description}`
}

/** A declaration with all that holds for it. */
export const declarationPage = (node: DeclarationNode, document: Document): string => {
  const { plugin, entry, location } = document.resolve(node)
  const { kind = node.keyword.text, name } = node
  const above = node.plugin && document.scope.declared.get(node.plugin.text)
  const right = plugin ? ` = ${plugin.from ? `${plugin.from}.` : ""}${plugin.name}` : ""
  const lines = [`**${kind} ${name?.text ?? ""}**${right}${location ? ` ${JSON.stringify(location.text)}` : ""}`]
  if (entry) lines.push(entry.summary)
  if (above && above !== node && above.kind === kind) lines.push(`It extends \`${above.name!.text}\`.`)
  const variants = variantsOf(node, document)
  if (variants > 1) lines.push(`Its sweeps make ${variants} variants.`)
  const options = effectiveOptions(node, document).filter(({ from }) => from !== "unset")
  if (options.length > 0) lines.push(options.map(effectLine).join("\n"))
  if (kind === "data") {
    const tasks = name && tasksOf(name.text, document)
    if (tasks) lines.push(`${tasks.length} ${tasks.length === 1 ? "task" : "tasks"}: ${tasks.join(", ")}`)
  }
  return lines.join("\n\n")
}

const effectLine = ({ name, text, from }: EffectiveOption): string => {
  const origin = from === "default" ? " (default)" : typeof from === "object" ? ` (from \`${from.inherited}\`)` : ""
  return `- \`${name}: ${text}\`${origin}`
}

/** A number with a unit, in plain figures. */
const numberAt = (document: Document, offset: number): Hover | undefined => {
  for (const node of document.tree.declarations)
    for (const { value } of node.settings) {
      const found = numberIn(value, offset)
      if (found && found.written !== String(found.value))
        return {
          text: `${found.written} = ${plainText(found.value)}${found.unit ? ` ${found.unit}` : ""}`,
          span: found.span,
        }
    }
  return undefined
}

const numberIn = (value: ValueNode, offset: number): (ValueNode & { kind: "number" }) | undefined => {
  if (offset < value.span.start || offset > value.span.end) return undefined
  if (value.kind === "number") return value
  const items =
    (value as { items?: readonly ValueNode[] }).items ??
    (value.kind === "record" ? value.settings.map((each) => each.value) : [])
  for (const item of items) {
    const found = numberIn(item, offset)
    if (found) return found
  }
  return undefined
}
