/** One thing to say about a source file. How it is shown is the sinks' matter (`render.ts`, `json.ts`). */
import type { Span } from "../spec.ts"

export type Severity = "error" | "warning" | "hint"

export interface Diagnostic {
  /** Stable: `L2R` and four digits. */
  readonly code: string
  readonly severity: Severity
  /** One sentence: what is wrong. */
  readonly message: string
  /** What to do. */
  readonly help?: string
  /** The tightest range that is wrong. */
  readonly span: Span
  /** Other places that belong to it, e.g. the first of two declarations. */
  readonly related?: readonly { readonly span: Span; readonly message: string }[]
  /** An edit that settles it, where there is one. */
  readonly fix?: { readonly span: Span; readonly text: string }
  /** It speaks of these adapters and rows of an experiment, and of nothing where one of them is not run. */
  readonly about?: { readonly experiment: string; readonly names: readonly string[] }
}

export type Report = (diagnostic: Diagnostic) => void
