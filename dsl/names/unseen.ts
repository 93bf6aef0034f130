/** Names across files: a file sees its own and those of what it imports. */

import { diagnose } from "../diagnostics/catalogue.ts"
import type { Report } from "../diagnostics/diagnostic.ts"
import type { Span } from "../spec.ts"
import type { DeclarationNode } from "../syntax/ast.ts"
import type { Scope } from "./scope.ts"

/** Whether a declaration stands in a file that is not imported where it is named, which is reported. */
export const reportUnseen = (
  text: string,
  span: Span,
  { name }: DeclarationNode,
  scope: Scope,
  report: Report,
): boolean => {
  const { file } = name!.span
  if (scope.sees(span.file, file)) return false
  const related = [{ span: name!.span, message: "declared here" }]
  report(diagnose("L2R0314", span, { name: scope.writtenOf(text), file }, { related }))
  return true
}
