/** A small matcher of TextMate grammars: enough for ours (match, begin and end on a line, captures), with scopes for every character. */
import type { Pattern } from "../../dsl/editor/textmate.ts"

/** The innermost scope of each piece of a text that has one. */
export const scopesOf = (text: string, patterns: readonly Pattern[]): readonly (readonly [string, string])[] =>
  text.split("\n").flatMap((line) => piecesOf(line, patterns))

const piecesOf = (line: string, patterns: readonly Pattern[]): readonly (readonly [string, string])[] => {
  const scopes: string[] = Array.from({ length: line.length }, () => "")
  const paint = (from: number, to: number, scope: string | undefined) => {
    if (scope) scopes.fill(scope, from, to)
  }
  let at = 0
  while (at < line.length) {
    const found = first(line, at, patterns)
    if (!found) break
    const { pattern, match } = found
    const [from, to] = [match.index, match.index + match[0].length]
    paint(from, to, pattern.name)
    for (const [group, { name }] of Object.entries(pattern.captures ?? {})) {
      const place = match.indices?.[Number(group)]
      if (place) paint(place[0], place[1], name)
    }
    at = to
    if (pattern.begin !== undefined) at = block(line, to, pattern, paint)
    else if (to === from) at++
  }
  const pieces: [string, string][] = []
  for (let i = 0, start = 0; i < line.length; i++) {
    if (i + 1 < line.length && scopes[i + 1] === scopes[i]) continue
    if (scopes[i] !== "") pieces.push([line.slice(start, i + 1).trim(), scopes[i].replace(/\.l2r$/, "")])
    start = i + 1
  }
  return pieces
}

/** What stands between begin and end; gives where the end ends. */
const block = (
  line: string,
  from: number,
  pattern: Pattern,
  paint: (from: number, to: number, scope: string | undefined) => void,
): number => {
  let at = from
  for (;;) {
    const end = regexp(pattern.end!, at).exec(line)
    const inner = first(line, at, pattern.patterns ?? [])
    if (inner && inner.match.index < (end?.index ?? line.length)) {
      paint(at, inner.match.index, pattern.name)
      at = inner.match.index + inner.match[0].length
      paint(inner.match.index, at, inner.pattern.name)
      continue
    }
    const to = end ? end.index + end[0].length : line.length
    paint(at, to, pattern.name)
    return to
  }
}

const first = (line: string, at: number, patterns: readonly Pattern[]) => {
  let best: { readonly pattern: Pattern; readonly match: RegExpExecArray } | undefined
  for (const pattern of patterns) {
    const match = regexp(pattern.match ?? pattern.begin!, at).exec(line)
    if (match && (!best || match.index < best.match.index)) best = { pattern, match }
  }
  return best
}

/** Editors' engine writes `\x{00AA}` where JavaScript writes `\u00AA`. */
const regexp = (source: string, at: number): RegExp => {
  const made = new RegExp(source.replace(/\\x\{([0-9A-Fa-f]{4})\}/g, "\\u$1"), "dg")
  made.lastIndex = at
  return made
}
