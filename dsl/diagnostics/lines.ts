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

/** The text of one file, or of several by their names. */
export type Texts = string | Readonly<Record<string, string>>

/** The text of a file among these, with its lines; of a file that is not known, an empty one. */
export const textsOf = (texts: Texts): ((file: string) => { readonly text: string; readonly lines: Lines }) => {
  const known = new Map<string, { readonly text: string; readonly lines: Lines }>()
  return (file) => {
    const found = known.get(file)
    if (found) return found
    const text = typeof texts === "string" ? texts : Object.hasOwn(texts, file) ? texts[file] : ""
    const made = { text, lines: linesOf(text) }
    known.set(file, made)
    return made
  }
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
