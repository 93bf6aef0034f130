/**
 * The canonical form of a file. It has no options:
 *
 *     router learnt  = l2r     { memory: few }      neighbours of a kind in columns, two spaces of indentation
 *     router nearest = learnt  { epochs: 3 }        a block that the author opens on its line stays open, and one
 *                                                   that does not fit into 120 columns is opened
 *
 * Comments, empty lines between groups and the lines of a long list stay. A declaration that can't be read stays as it is.
 */

import type { Diagnostic } from "../diagnostics/diagnostic.ts"
import type { Span } from "../spec.ts"
import { chunksOf } from "../syntax/chunks.ts"
import { current } from "../syntax/dialect.ts"
import { parse } from "../syntax/parse.ts"
import { declarationOf, laidOut, type Piece } from "./declarations.ts"
import { joined } from "./lines.ts"
import { marksOf } from "./marks.ts"
import { lineBreakOf, lineStart, withTrivia } from "./trivia.ts"

export { lossOf } from "./loss.ts"

export interface Formatted {
  readonly text: string
  /** Declarations that can't be read, in the text that was given: they stay as they are. */
  readonly broken: readonly Span[]
}

/** Complaints that leave the structure clear: escapes, units, large numbers, letters of names, commas between options. */
const CLEAR = new Set(["L2R0103", "L2R0104", "L2R0105", "L2R0106", "L2R0113", "L2R0114"])
const spoils = ({ code, severity }: Diagnostic): boolean =>
  severity === "error" && code.startsWith("L2R01") && !CLEAR.has(code)

/** Formats a whole file. Never throws, whatever the text. */
export const format = (text: string, file = ""): Formatted => {
  const lineBreak = lineBreakOf(text)
  const mark = text.startsWith("\uFEFF") ? "\uFEFF" : ""
  const body = text.slice(mark.length)
  const problems: number[] = []
  const tree = parse(body, file, (diagnostic) => {
    if (spoils(diagnostic)) problems.push(diagnostic.span.start)
  })
  // What another language means is not known here.
  const other = tree.languages.find(
    ({ version }) => Number.isInteger(version) && version > 0 && version !== current.version,
  )
  if (other)
    return { text, broken: [{ file, start: other.span.start + mark.length, end: other.span.end + mark.length }] }
  for (const { headerBroken, bodyBroken, keyword } of tree.declarations)
    if (headerBroken || bodyBroken) problems.push(keyword.span.start)
  problems.sort((a, b) => a - b)
  const marks = marksOf(tree)
  const { tokens: all, rest } = withTrivia(body)
  const broken: Span[] = []
  const pieces: Piece[] = []
  let at = 0
  let problem = 0
  const read = all.map((token) => token.read)
  for (const chunk of chunksOf(read, body)) {
    const own = all.slice(at, at + chunk.tokens.length)
    at += own.length
    const [first] = own
    const next = all[at]
    const end = own[own.length - 1].end
    const before = problem
    while (problem < problems.length && problems[problem] < (next?.start ?? body.length + 1)) problem++
    if (problem > before) {
      broken.push({ file, start: first.start + mark.length, end: end + mark.length })
      const below = body.slice(end, next?.start ?? body.length).trimEnd()
      const raw = body.slice(lineStart(body, first), end) + below
      pieces.push({ kind: "raw", first, text: raw.replace(/\r\n|\r/g, "\n") })
    } else pieces.push(declarationOf(own, marks))
  }
  const made = joined(laidOut(pieces, rest))
  return { text: mark + (lineBreak === "\n" ? made : made.replaceAll("\n", lineBreak)), broken }
}
