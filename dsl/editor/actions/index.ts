/** What an editor can do about a place: settle a problem, take out what is unused, give options a declaration of their own. */
import type { Diagnostic } from "../../diagnostics/diagnostic.ts"
import type { Document } from "../document.ts"
import type { Edit } from "../rename.ts"
import { extractions } from "./extract.ts"
import { missingEdits } from "./missing.ts"
import { removalOf, unusedAt } from "./removal.ts"

export interface Action {
  readonly title: string
  readonly kind: "quickfix" | "refactor.extract" | "refactor.rewrite"
  readonly edits: readonly Edit[]
  /** What it settles. */
  readonly diagnostic?: Diagnostic
  readonly preferred?: boolean
}

/** Problems whose place can simply be taken out. */
const SUPERFLUOUS = new Set(["L2R0203", "L2R0402", "L2R0502", "L2R0504", "L2R0505", "L2R0508"])

/** The check's word on a declaration that nothing names. */
export const UNUSED = "L2R0520"

export const actionsAt = (document: Document, start: number, end: number): readonly Action[] => {
  const near = document.checked.diagnostics.filter(
    ({ span }) => span.file === document.host.file && span.start <= end && start <= span.end,
  )
  return [
    ...near.flatMap((diagnostic) => fixesOf(diagnostic, document)),
    ...extractions(document, start, end).map((edit) => ({ ...edit, kind: "refactor.extract" as const })),
    ...unusedAt(document, start).map((edit) => unusedAction(edit, near)),
  ]
}

/** A fix where the check has said that nothing names it; else something that can be done. */
const unusedAction = (edit: Pick<Action, "title" | "edits">, near: readonly Diagnostic[]): Action => {
  const diagnostic = near.find(({ code }) => code === UNUSED)
  return diagnostic ? { ...edit, kind: "quickfix", diagnostic } : { ...edit, kind: "refactor.rewrite" }
}

const fixesOf = (diagnostic: Diagnostic, document: Document): readonly Action[] => {
  const { code, fix, span } = diagnostic
  const actions: Action[] = []
  const add = (title: string, edits: readonly Edit[], preferred = true) =>
    actions.push({ title, kind: "quickfix", edits, diagnostic, ...(preferred && { preferred }) })
  if (fix) add(fix.text === "" ? "Remove it" : `Write \`${fix.text}\``, [fix])
  for (const { title, edits } of missingEdits(diagnostic, document)) add(title, edits)
  if (SUPERFLUOUS.has(code)) add("Remove it", [removalOf(span, document)], false)
  return actions
}
