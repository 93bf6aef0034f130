/** Offsets to lines and columns. A line ends at LF, CR LF or CR. */

export interface Position {
  /** From 1. */
  readonly line: number
  /** From 1, in characters (code points); a tab is one. */
  readonly column: number
}

export interface Lines {
  at(offset: number): Position
  /** Start and end of a line (from 1), without its line break. */
  extent(line: number): { readonly start: number; readonly end: number }
  readonly count: number
}

export const linesOf = (text: string): Lines => {
  const starts = [0]
  for (const {
    index,
    0: { length },
  } of text.matchAll(/\r\n|\n|\r/g))
    starts.push(index + length)
  const lineOf = (offset: number): number => {
    let [low, high] = [0, starts.length - 1]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (starts[middle] <= offset) low = middle
      else high = middle - 1
    }
    return low
  }
  return {
    at: (offset) => {
      const line = lineOf(offset)
      const before = text.slice(starts[line], offset)
      return { line: line + 1, column: [...before.replace(/^\uFEFF/, "")].length + 1 }
    },
    extent: (line) => {
      const start = starts[line - 1]
      let end = line < starts.length ? starts[line] : text.length
      while (end > start && (text[end - 1] === "\n" || text[end - 1] === "\r")) end--
      return { start, end }
    },
    count: starts.length,
  }
}
