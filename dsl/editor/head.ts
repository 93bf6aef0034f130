/** What answers the texts of an experiment's stream, as far as a file says it. */

import type { HEADS } from "../options/core_schema.ts"
import type { DeclarationNode } from "../syntax/ast.ts"
import type { Document } from "./document.ts"

/** Of a stream, or of an experiment by its stream; `classes` where nothing is said. */
export const headOf = (node: DeclarationNode | undefined, document: Document): (typeof HEADS)[number] => {
  if (node === undefined) return "classes"
  const { settings } = document.resolve(node)
  const value = settings.get(node.kind === "experiment" ? "stream" : "head")?.value
  if (value?.kind !== "word") return "classes"
  if (node.kind !== "experiment") return value.text === "text" ? "text" : "classes"
  const stream = document.scope.declared.get(value.text)
  return stream?.kind === "stream" ? headOf(stream, document) : "classes"
}
