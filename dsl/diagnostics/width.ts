/** How text comes out on a terminal: nothing invisible, and the number of cells that it takes. */

/** Cells between tab stops. */
const TAB = 4

/** Controls, marks that turn the direction of writing, and halves of characters: they would hide or move what is printed. */
const HIDDEN =
  /[\u0000-\u0008\u000A-\u001F\u007F-\u009F\u061C\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g

/** Every character is seen, and takes one cell. */
const isPlain = (text: string): boolean => /^[\x20-\x7e]*$/.test(text)

/** Hidden characters written out as `<U+0000>`. */
export const visible = (text: string): string =>
  isPlain(text)
    ? text
    : text.replace(HIDDEN, (character) => `<U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}>`)

const WIDE =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\u33FF\u3400-\u4DBF\u4E00-\u9FFF\uA000-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|[\u{1F300}-\u{1F64F}\u{1F680}-\u{1F6FF}\u{1F900}-\u{1F9FF}\u{20000}-\u{3FFFD}]|\p{Emoji_Presentation}/u
const MARK = /^\p{Mark}$/u

/** Made for the first line that needs it. */
let segmenter: Intl.Segmenter | undefined

/** A line as it is printed, tabs expanded, with the cell at which each offset begins. */
export interface Laid {
  readonly printed: string
  readonly cellAt: (offset: number) => number
}

export const laid = (line: string): Laid => {
  if (isPlain(line)) return { printed: line, cellAt: (offset) => Math.min(offset, line.length) }
  let printed = ""
  let cells = 0
  const begins: number[] = []
  segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" })
  for (const { segment, index } of segmenter.segment(line)) {
    for (let i = 0; i < segment.length; i++) begins[index + i] = cells
    const shown = segment === "\t" ? " ".repeat(TAB - (cells % TAB)) : visible(segment.replace(/^\uFEFF$/, ""))
    printed += shown
    cells += cellsOf(shown, segment)
  }
  return { printed, cellAt: (offset) => begins[offset] ?? cells }
}

const cellsOf = (shown: string, segment: string): number => {
  if (shown !== segment) return shown.length // a tab, or a hidden character written out
  if (MARK.test(segment)) return 0
  if (segment.length === 1 && segment.charCodeAt(0) < 128) return 1
  return WIDE.test(segment) ? 2 : 1
}
