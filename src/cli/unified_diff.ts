/** The difference of two texts as `diff -u` writes it, by the shortest edit of their lines (Myers 1986). */

/** Lines that are shown around a change. */
const AROUND = 3

type Edit = readonly [sign: " " | "-" | "+", line: string]

export const unifiedDiff = (file: string, before: string, after: string): string => {
  const edits = editsOf(linesIn(before), linesIn(after))
  const hunks = hunksOf(edits)
  if (hunks.length === 0) return ""
  const shown = hunks.map(([from, to]) => {
    const start = (sign: "-" | "+") => edits.slice(0, from).filter(([s]) => s === " " || s === sign).length
    const count = (sign: "-" | "+") => edits.slice(from, to).filter(([s]) => s === " " || s === sign).length
    const place = (sign: "-" | "+") => `${count(sign) === 0 ? start(sign) : start(sign) + 1},${count(sign)}`
    const lines = edits.slice(from, to).map(([sign, line]) => sign + withEnd(line))
    return `@@ -${place("-")} +${place("+")} @@\n${lines.join("")}`
  })
  return `--- ${file}\n+++ ${file} (formatted)\n${shown.join("")}`
}

/** Lines with their ends. */
const linesIn = (text: string): readonly string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? []
const withEnd = (line: string): string => (line.endsWith("\n") ? line : `${line}\n\\ No newline at end of file\n`)

/** Ranges of edits that are shown together. */
const hunksOf = (edits: readonly Edit[]): readonly (readonly [number, number])[] => {
  const hunks: [number, number][] = []
  edits.forEach(([sign], at) => {
    if (sign === " ") return
    const last = hunks[hunks.length - 1]
    const [from, to] = [Math.max(0, at - AROUND), Math.min(edits.length, at + 1 + AROUND)]
    if (last && from <= last[1]) last[1] = to
    else hunks.push([from, to])
  })
  return hunks
}

const editsOf = (before: readonly string[], after: readonly string[]): readonly Edit[] => {
  let [start, end] = [0, 0]
  const most = Math.min(before.length, after.length)
  while (start < most && before[start] === after[start]) start++
  while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++
  const same = (lines: readonly string[]): Edit[] => lines.map((line) => [" ", line])
  return [
    ...same(before.slice(0, start)),
    ...shortest(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...same(before.slice(before.length - end)),
  ]
}

/** Beyond this many edits, everything between the first and the last of them is replaced. */
const MOST = 500

/** The furthest point on each diagonal after d edits, for d = 0, 1, ...; then the way back. */
const shortest = (before: readonly string[], after: readonly string[]): readonly Edit[] => {
  const [n, m] = [before.length, after.length]
  const trace: Map<number, number>[] = []
  let reach = new Map([[1, 0]])
  for (let d = 0; d <= Math.min(n + m, MOST); d++) {
    trace.push(reach)
    const next = new Map<number, number>()
    for (let k = -d; k <= d; k += 2) {
      let x = comesDown(reach, k, d) ? (reach.get(k + 1) ?? 0) : (reach.get(k - 1) ?? 0) + 1
      while (x < n && x - k < m && before[x] === after[x - k]) x++
      next.set(k, x)
      if (x >= n && x - k >= m) return wayBack(trace, before, after)
    }
    reach = next
  }
  return [...before.map((line): Edit => ["-", line]), ...after.map((line): Edit => ["+", line])]
}

const comesDown = (reach: ReadonlyMap<number, number>, k: number, d: number): boolean =>
  k === -d || (k !== d && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1))

const wayBack = (
  trace: readonly ReadonlyMap<number, number>[],
  before: readonly string[],
  after: readonly string[],
): readonly Edit[] => {
  const edits: Edit[] = []
  let [x, y] = [before.length, after.length]
  for (let d = trace.length - 1; d >= 0; d--) {
    const reach = trace[d]
    const k = x - y
    const from = comesDown(reach, k, d) ? k + 1 : k - 1
    const [startX, startY] = d === 0 ? [0, 0] : [reach.get(from) ?? 0, (reach.get(from) ?? 0) - from]
    const [afterX, afterY] = d === 0 ? [0, 0] : from === k + 1 ? [startX, startY + 1] : [startX + 1, startY]
    while (x > afterX && y > afterY) {
      edits.push([" ", before[x - 1]])
      x--
      y--
    }
    if (d > 0) edits.push(from === k + 1 ? ["+", after[y - 1]] : ["-", before[x - 1]])
    ;[x, y] = [startX, startY]
  }
  return edits.reverse()
}
