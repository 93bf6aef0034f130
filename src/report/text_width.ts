/** How many columns a text takes on a terminal, and cutting and wrapping by that width. */
import { stripVTControlCharacters } from "node:util"

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" })
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff01-\uff60\u3000-\u303f]/u

/** East Asian characters and emoji take two columns, combining marks none of their own. */
export function textWidth(text: string): number {
  const bare = stripVTControlCharacters(text)
  if (/^[\x20-\x7e]*$/.test(bare)) return bare.length
  let width = 0
  for (const { segment } of graphemes.segment(bare)) width += WIDE.test(segment) ? 2 : 1
  return width
}

/** At most `columns` wide; what is cut ends in `mark`. For texts without escape sequences. */
export function cut(text: string, columns: number, mark = "\u2026"): string {
  if (textWidth(text) <= columns) return text
  let kept = ""
  let width = textWidth(mark)
  for (const { segment } of graphemes.segment(text)) {
    width += WIDE.test(segment) ? 2 : 1
    if (width > columns) break
    kept += segment
  }
  return kept + mark
}

/** Lines of at most `columns`, broken at spaces; a longer word stays whole. */
export function wrapped(text: string, columns: number): string[] {
  const lines: string[] = []
  let line = ""
  for (const word of text.split(/\s+/)) {
    if (line !== "" && textWidth(line) + 1 + textWidth(word) > columns) {
      lines.push(line)
      line = word
    } else {
      line = line === "" ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}
