/** Lines with comments behind them, and their columns. */
import { laid } from "../diagnostics/width.ts"

/** Columns of a line at most, where it can be broken. */
export const WIDTH = 120
/** Columns of one step of indentation, and those before a comment behind a line. */
export const STEP = 2
const GAP = 3

export interface Line {
  /** With its indentation; empty for an empty line. */
  readonly text: string
  readonly remark?: string
}

/** The columns that a text takes. */
export const columns = (text: string): number => {
  return laid(text).cellAt(text.length)
}

/** Filled up with spaces to a number of columns. */
export const padded = (text: string, to: number): string => text + " ".repeat(Math.max(0, to - columns(text)))

export const indented = (by: number, text: string): string => " ".repeat(by) + text

/** The text of the file; comments behind neighbouring lines stand in one column. */
export const joined = (lines: readonly Line[]): string => {
  let text = ""
  for (let at = 0; at < lines.length; ) {
    let end = at
    let widest = 0
    while (end < lines.length && lines[end].remark !== undefined) widest = Math.max(widest, columns(lines[end++].text))
    for (; at < end; at++) text += `${padded(lines[at].text, widest + GAP)}${lines[at].remark}\n`
    if (at < lines.length) text += `${lines[at++].text}\n`
  }
  return text
}
