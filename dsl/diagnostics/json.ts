/** Diagnostics as data for programs (`--format json`). */

import type { Span } from "../spec.ts"
import type { Diagnostic } from "./diagnostic.ts"
import { type Position, type Texts, textsOf } from "./lines.ts"

/** A place with lines and columns from 1, and UTF-16 offsets from 0. */
export interface JsonPlace {
  readonly file: string
  readonly start: Position & { readonly offset: number }
  readonly end: Position & { readonly offset: number }
}

export interface JsonDiagnostic {
  readonly code: string
  readonly severity: string
  readonly message: string
  readonly help?: string
  readonly place: JsonPlace
  readonly related?: readonly { readonly place: JsonPlace; readonly message: string }[]
  readonly fix?: { readonly place: JsonPlace; readonly text: string }
}

/** `texts` is the source that the diagnostics are about, or the sources by file. */
export const toJson = (diagnostics: readonly Diagnostic[], texts: Texts): JsonDiagnostic[] => {
  const sourceOf = textsOf(texts)
  const place = ({ file, start, end }: Span): JsonPlace => {
    const { lines } = sourceOf(file)
    return { file, start: { ...lines.at(start), offset: start }, end: { ...lines.at(end), offset: end } }
  }
  return diagnostics.map(({ code, severity, message, help, span, related, fix }) => ({
    code,
    severity,
    message,
    ...(help === undefined ? {} : { help }),
    place: place(span),
    ...(related && related.length > 0
      ? { related: related.map((other) => ({ place: place(other.span), message: other.message })) }
      : {}),
    ...(fix ? { fix: { place: place(fix.span), text: fix.text } } : {}),
  }))
}
