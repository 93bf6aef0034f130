/** The tree of a file as data for other programs. `ast_schema.ts` describes it; a change of its form is a new version. */

import type { Diagnostic } from "../diagnostics/diagnostic.ts"
import { type JsonDiagnostic, toJson } from "../diagnostics/json.ts"
import type { FileNode } from "./ast.ts"
import { parse } from "./parse.ts"

export interface AstJson {
  readonly schema: "l2r/ast"
  readonly version: 1
  /** Spans are UTF-16 offsets in the text, end exclusive. What could not be read is not in it. */
  readonly tree: FileNode
  /** Problems of form alone: names and options are not checked. */
  readonly diagnostics: readonly JsonDiagnostic[]
}

export const astJson = (text: string, file: string): AstJson => {
  const diagnostics: Diagnostic[] = []
  const tree = parse(text, file, (diagnostic) => diagnostics.push(diagnostic))
  diagnostics.sort((a, b) => a.span.start - b.span.start)
  return { schema: "l2r/ast", version: 1, tree, diagnostics: toJson(diagnostics, text) }
}
