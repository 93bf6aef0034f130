/** Texts as editors count them: lines from 0, and characters from 0 in UTF-16 units. A line ends at LF, CR LF or CR. */

export interface Position {
  readonly line: number
  readonly character: number
}

export interface TextRange {
  readonly start: Position
  readonly end: Position
}

/** A part of a text is replaced, or all of it. */
export interface TextChange {
  readonly range?: TextRange
  readonly text: string
}

export interface Places {
  /** A position behind the end of its line is the end of its line. */
  readonly offsetAt: (position: Position) => number
  readonly positionAt: (offset: number) => Position
  readonly rangeOf: (span: { readonly start: number; readonly end: number }) => TextRange
}

export const placesIn = (text: string): Places => {
  const starts = [0]
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 10 || (code === 13 && text.charCodeAt(at + 1) !== 10)) starts.push(at + 1)
  }
  const offsetAt = ({ line, character }: Position): number => {
    if (line < 0) return 0
    if (line >= starts.length) return text.length
    let end = line + 1 < starts.length ? starts[line + 1] : text.length
    while (end > starts[line] && (text.charCodeAt(end - 1) === 10 || text.charCodeAt(end - 1) === 13)) end--
    return Math.min(starts[line] + Math.max(0, character), end)
  }
  const positionAt = (offset: number): Position => {
    let [low, high] = [0, starts.length - 1]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (starts[middle] <= offset) low = middle
      else high = middle - 1
    }
    return { line: low, character: offset - starts[low] }
  }
  return { offsetAt, positionAt, rangeOf: ({ start, end }) => ({ start: positionAt(start), end: positionAt(end) }) }
}

/** The text after changes, each made on the outcome of the one before. */
export const changed = (text: string, changes: readonly TextChange[]): string =>
  changes.reduce((before, { range, text: put }) => {
    if (!range) return put
    const { offsetAt } = placesIn(before)
    const [a, b] = [offsetAt(range.start), offsetAt(range.end)]
    return before.slice(0, Math.min(a, b)) + put + before.slice(Math.max(a, b))
  }, text)
