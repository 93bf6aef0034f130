/** What the checks share. */

import type { Report } from "../diagnostics/diagnostic.ts"
import type { Library, Pretraining, Span, Stream } from "../spec.ts"
import type { ValueNode } from "../syntax/ast.ts"
import type { Resolve } from "./resolve.ts"
import type { Scope } from "./scope.ts"

/** What a value is checked with: the name of its option, what is declared, and where problems go. */
export interface Checking {
  readonly name: string
  readonly scope: Scope
  readonly report: Report
}

/** What a declaration is checked with. */
export interface Context {
  readonly scope: Scope
  readonly report: Report
  readonly resolve: Resolve
  /** The tasks of a data declaration, if the caller can tell. */
  readonly tasksOf: (data: string) => readonly string[] | undefined
  readonly stream: (name: string) => Stream | undefined
  readonly library: (name: string) => Library | undefined
  readonly pretraining: (name: string) => Pretraining | undefined
  /** Reports a name that nothing bears, with the nearest that something does. */
  readonly reportUnknown: (node: ValueNode & { kind: "word" }, kind: string, names: readonly string[]) => void
}

/** A name in a list, with its place. */
export interface Listed {
  readonly name: string
  readonly span: Span
}
