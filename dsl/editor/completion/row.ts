/** Completions in `compare LEFT against RIGHT on METRIC`. */

import { BOUND_KINDS } from "../../kinds.ts"
import { pluginsOf } from "../../names/scope.ts"
import { COMPARED, measuresOf } from "../../options/core_schema.ts"
import type { ValueNode } from "../../syntax/ast.ts"
import type { Document } from "../document.ts"
import { headOf } from "../head.ts"
import { declarationPage } from "../hover.ts"
import { pluginPage } from "../page.ts"
import type { Place, Slot } from "../place.ts"
import type { Proposal } from "./proposal.ts"

const METRICS: Readonly<Record<(typeof COMPARED)[number], string>> = {
  accuracy: "right among all classes",
  task_accuracy: "right among the classes of the example's task",
  weighted_f1: "F1 of each class, weighted by its test examples",
  rouge_l: "of written answers: words in common with the reference, in order",
  exact_match: "of written answers: the same words as the reference",
}

/** Those that the experiment's stream has. */
export const metricWords = ({ declaration }: Place, document: Document): readonly Proposal[] => {
  const { compared } = measuresOf(headOf(declaration, document))
  return COMPARED.filter((label) => compared.includes(label)).map((label) => ({
    label,
    kind: "word",
    detail: METRICS[label],
  }))
}

export const completeRow = (
  slot: Slot & { at: "row" | "head" },
  { declaration }: Place,
  document: Document,
): Proposal[] => {
  if (slot.at === "head") return HEADS
  if (!declaration) return []
  const { settings } = document.resolve(declaration)
  const listed = ["routers", "compositions", "bounds"].flatMap((option) => namesIn(settings.get(option)?.value))
  const taken = new Set(slot.given)
  const rows = listed
    .filter((name) => !taken.has(name))
    .map((label): Proposal => ({ label, kind: "declaration", documentation: pageOf(label, document) }))
  return slot.side === "against" && !slot.listed && rows.length > 1
    ? [...rows, { label: "[ ]", kind: "word", detail: "several rows", insert: "[$1]", again: true }]
    : rows
}

const HEADS: readonly Proposal[] & Proposal[] = [
  { label: "kept", kind: "word", detail: "heads as each task trained them" },
  { label: "refit", kind: "word", detail: "heads trained further on the memory" },
]

const namesIn = (value: ValueNode | undefined): string[] => {
  if (value?.kind === "word") return [value.text]
  return value?.kind === "list" ? value.items.flatMap(namesIn) : []
}

const pageOf = (name: string, document: Document): string | undefined => {
  const { scope } = document
  const node = scope.declared.get(name)
  if (node) return declarationPage(node, document)
  const kind = BOUND_KINDS.find((each) => pluginsOf(scope.vocabulary, each).has(name))
  return kind && pluginPage(kind, pluginsOf(scope.vocabulary, kind).get(name)!)
}
