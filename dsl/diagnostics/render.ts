/**
 * Diagnostics as text for people:
 *
 *     error L2R0401: `rnak` is not an option of `lora`
 *       --> spec.l2r:3:27
 *       |
 *     3 | adapter low_rank = lora { rnak: 8 }
 *       |                           ^^^^
 *       = help: did you mean `rank`?
 */

import type { Span } from "../spec.ts"
import type { Diagnostic } from "./diagnostic.ts"
import { type Lines, type Texts, textsOf } from "./lines.ts"
import { type Laid, laid, visible } from "./width.ts"

/** Characters of a long line that are shown before the range, and in all. */
const BEFORE = 40
const SHOWN = 110

export interface Rendering {
  /** With terminal colours; without by default. */
  readonly color?: boolean
  /** Hints too; problems alone by default. */
  readonly hints?: boolean
}

const PAINT = { error: 31, warning: 33, hint: 36, frame: 34, bold: 1 } as const

/** `texts` is the source that the diagnostics are about, or the sources by file. */
export const render = (
  diagnostics: readonly Diagnostic[],
  texts: Texts,
  { color = false, hints = false }: Rendering = {},
): string => {
  const sourceOf = textsOf(texts)
  // Many problems may stand on one line.
  const known = new Map<string, Laid>()
  const layout = (line: string): Laid => {
    const before = known.get(line) ?? laid(line)
    known.set(line, before)
    return before
  }
  const paint = (what: keyof typeof PAINT, words: string) => (color ? `\u001b[${PAINT[what]}m${words}\u001b[0m` : words)
  const frame = (span: Span, gutter: string, sign: string, label: string, what: keyof typeof PAINT): string[] => {
    const { text, lines } = sourceOf(span.file)
    const { line, column } = lines.at(span.start)
    const { printed, from, length } = window(span, line, text, lines, layout)
    return [
      `${gutter}${paint("frame", "-->")} ${visible(span.file)}:${line}:${column}`,
      `${gutter} ${paint("frame", "|")}`,
      `${paint("frame", `${String(line).padStart(gutter.length)} |`)} ${printed}`.trimEnd(),
      `${gutter} ${paint("frame", "|")} ${" ".repeat(from)}${paint(what, `${sign.repeat(length)}${label ? ` ${label}` : ""}`)}`,
    ]
  }
  const one = ({ code, severity, message, help, span, related = [] }: Diagnostic): string => {
    const places = [span, ...related.map((other) => other.span)]
    const last = Math.max(...places.map(({ file, start }) => sourceOf(file).lines.at(start).line))
    const gutter = " ".repeat(String(last).length)
    return [
      `${paint(severity, `${severity} ${code}`)}${paint("bold", `: ${visible(message)}`)}`,
      ...frame(span, gutter, "^", "", severity),
      ...related.flatMap((other) => frame(other.span, gutter, "-", other.message, "frame")),
      ...(help === undefined ? [] : [`${gutter} ${paint("frame", "=")} help: ${visible(help)}`]),
    ].join("\n")
  }
  const shown = diagnostics.filter(({ severity }) => hints || severity !== "hint")
  return shown.length === 0 ? "" : `${shown.map(one).join("\n\n")}\n`
}

/** The part of a line that is shown, and where the range stands in it, in cells. */
const window = (span: Span, line: number, text: string, lines: Lines, layout: (line: string) => Laid) => {
  const { start, end } = lines.extent(line)
  let [from, to] = [start, end]
  if (end - start > SHOWN) {
    from = Math.max(start, span.start - BEFORE)
    to = Math.min(end, from + SHOWN)
  }
  const { printed, cellAt } = layout(text.slice(from, to))
  const [before, after] = [from > start ? "... " : "", to < end ? " ..." : ""]
  const first = cellAt(Math.min(span.start, to) - from)
  const last = cellAt(Math.min(span.end, to) - from)
  return { printed: `${before}${printed}${after}`, from: before.length + first, length: Math.max(1, last - first) }
}

/** `2 errors, 1 warning`, or `no problems`. */
export const summary = (diagnostics: readonly Diagnostic[]): string => {
  const parts = (["error", "warning"] as const).flatMap((severity) => {
    const count = diagnostics.filter((diagnostic) => diagnostic.severity === severity).length
    return count === 0 ? [] : [`${count} ${severity}${count === 1 ? "" : "s"}`]
  })
  return parts.join(", ") || "no problems"
}
