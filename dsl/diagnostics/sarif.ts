/** Diagnostics as SARIF 2.1.0, the form that code scanners exchange (`--format sarif`). */

import type { Span } from "../spec.ts"
import type { Diagnostic, Severity } from "./diagnostic.ts"
import { flagAt, isFlag } from "./flags.ts"
import { type Texts, textsOf } from "./lines.ts"

const LEVELS: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", hint: "note" }

/** `version` is that of l2r. */
export const toSarif = (diagnostics: readonly Diagnostic[], texts: Texts, version: string): unknown => {
  const sourceOf = textsOf(texts)
  const physical = ({ file, start, end }: Span) => {
    const { lines } = sourceOf(file)
    const [from, to] = [lines.at(start), lines.at(end)]
    const region = { startLine: from.line, startColumn: from.column, endLine: to.line, endColumn: to.column }
    return { artifactLocation: { uri: uriOf(file) }, region }
  }
  const location = (span: Span) => {
    if (!isFlag(span.file)) return { physicalLocation: physical(span) }
    const { text, lines } = sourceOf(span.file)
    return { logicalLocations: [{ fullyQualifiedName: `${span.file} ${flagAt(text, lines.at(span.start).line)}` }] }
  }
  const codes = [...new Set(diagnostics.map(({ code }) => code))]
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "l2r", version, rules: codes.map((id) => ({ id })) } },
        columnKind: "unicodeCodePoints",
        results: diagnostics.map(({ code, severity, message, help, span, related = [], fix }) => ({
          ruleId: code,
          ruleIndex: codes.indexOf(code),
          level: LEVELS[severity],
          message: { text: help === undefined ? message : `${message}\n${help}` },
          locations: [location(span)],
          ...(related.length > 0
            ? {
                relatedLocations: related.map((other, id) => ({
                  id,
                  ...location(other.span),
                  message: { text: other.message },
                })),
              }
            : {}),
          ...(fix && !isFlag(fix.span.file) ? { fixes: [fixOf(fix, physical(fix.span))] } : {}),
        })),
      },
    ],
  }
}

const fixOf = (
  { text }: NonNullable<Diagnostic["fix"]>,
  { artifactLocation, region }: { readonly artifactLocation: object; readonly region: object },
) => ({
  artifactChanges: [{ artifactLocation, replacements: [{ deletedRegion: region, insertedContent: { text } }] }],
})

/**
 * `?` and `#` are letters of a path too, and in a URI they end it; a colon would make a scheme of what stands before it. A
 * path from the root, that of a drive or a share of Windows too, is a URI of its own.
 */
const uriOf = (file: string): string => {
  const path = encodeURI(file.replaceAll("\\", "/")).replace(/[?#]/g, encodeURIComponent)
  if (/^[A-Za-z]:\//.test(path)) return `file:///${path}`
  if (path.startsWith("//")) return `file:${path}`
  return path.startsWith("/") ? `file://${path}` : path.replaceAll(":", "%3A")
}
