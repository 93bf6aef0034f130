/** What a file leaves unsaid, shown between its words: counts of variants, tasks and seeds, implied memories, plain numbers. */
import { isRun } from "../kinds.ts"
import type { DeclarationNode, ValueNode } from "../syntax/ast.ts"
import type { Document } from "./document.ts"
import { effectiveOptions, plainText, variantsOf } from "./effective.ts"
import { tasksOf } from "./tasks.ts"

export interface Inlay {
  readonly offset: number
  readonly text: string
  /** Markdown. */
  readonly tooltip?: string
}

export const inlaysIn = (document: Document, start = 0, end = document.text.length): readonly Inlay[] =>
  document.tree.declarations
    .filter(({ span }) => span.end >= start && span.start <= end)
    .flatMap((node) => [...inlaysOf(node, document)])
    .filter(({ offset }) => start <= offset && offset <= end)
    .sort((a, b) => a.offset - b.offset)

function* inlaysOf(node: DeclarationNode, document: Document): Generator<Inlay> {
  const variants = variantsOf(node, document)
  if (variants > 1 && node.name) yield { offset: node.name.span.end, text: `${variants} variants` }
  for (const { key, value } of node.settings) {
    if (node.kind === "stream" && key.text === "tasks") yield* taskCounts(value, document)
    if (isRun(node.kind) && key.text === "seeds" && value.kind === "range" && value.to >= value.from)
      yield { offset: value.span.end, text: `${value.to - value.from + 1} seeds` }
    yield* numbersIn(value)
  }
  const unsaid = effectiveOptions(node, document).filter(({ from, name }) => from === "default" && name !== "measure")
  const last = node.settings[node.settings.length - 1]
  const memory = impliedMemory(node, document)
  if (last && memory)
    yield {
      offset: last.span.end,
      text: `, memory: ${memory}`,
      tooltip: `\`${memory}\` is the only memory of this file.`,
    }
  if (last && unsaid.length > 0 && !node.bodyBroken)
    yield {
      offset: last.span.end,
      text: `, ${unsaid.length} default${unsaid.length === 1 ? "" : "s"}`,
      tooltip: unsaid.map(({ name, text }) => `- \`${name}: ${text}\``).join("\n"),
    }
}

function* taskCounts(value: ValueNode, document: Document): Generator<Inlay> {
  for (const item of value.kind === "list" ? value.items : [value]) {
    const tasks = item.kind === "word" ? tasksOf(item.text, document) : undefined
    if (tasks)
      yield {
        offset: item.span.end,
        text: tasks.length === 1 ? "1 task" : `${tasks.length} tasks`,
        tooltip: tasks.join(", "),
      }
  }
}

function* numbersIn(value: ValueNode): Generator<Inlay> {
  if (value.kind === "number" && /[%kMsnh]$/.test(value.written) && value.written !== `${value.value}s`)
    yield { offset: value.span.end, text: `= ${plainText(value.value)}${value.unit ? ` ${value.unit}` : ""}` }
  if ("items" in value) for (const item of value.items) yield* numbersIn(item)
}

/** The only memory of a file serves every router that needs one and names none. */
const impliedMemory = (node: DeclarationNode, { scope, resolve }: Document): string | undefined => {
  const memories = scope.namesOf("memory")
  const { entry, settings } = resolve(node)
  return node.kind === "router" && memories.length === 1 && entry?.facts?.fit === "gradient" && !settings.has("memory")
    ? memories[0]
    : undefined
}
