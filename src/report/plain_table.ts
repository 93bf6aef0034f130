/** A table on a terminal whose cells are words: no colours, no wrapping within cells. */
import { ink, signs, type Terminal } from "./terminal.ts"
import { textWidth } from "./text_width.ts"

/**
 * Head, rule, and a line for each row; `right`: columns of numbers, which end below each other. Columns that the terminal has no
 * room for come below, behind the first column again.
 */
export function plainTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  terminal: Terminal,
  right: readonly number[] = [],
): string[] {
  const all = [head, ...rows].map((line) => line.map((word) => signs(terminal, word)))
  const widths = head.map((_, at) => Math.max(...all.map((line) => textWidth(line[at]))))
  const cell = (word: string, at: number) => {
    const gap = " ".repeat(widths[at] - textWidth(word))
    return right.includes(at) ? gap + word : word + gap
  }
  return blocksOf(widths, terminal.columns).flatMap((columns, block) => {
    const [first, ...body] = all.map((line) =>
      columns
        .map((at) => cell(line[at], at))
        .join("  ")
        .trimEnd(),
    )
    const rule = signs(terminal, "\u2500").repeat(columns.reduce((sum, at) => sum + widths[at] + 2, -2))
    return [...(block > 0 ? [""] : []), ink(terminal, "bold", first), ink(terminal, "dim", rule), ...body]
  })
}

/** The first column with as many others as there is room for, again and again; each block has one of them at least. */
const blocksOf = (widths: readonly number[], room: number): readonly (readonly number[])[] => {
  const blocks = [[0]]
  let used = widths[0]
  for (let at = 1; at < widths.length; at++) {
    if (used + 2 + widths[at] > room && blocks.at(-1)!.length > 1) {
      blocks.push([0])
      used = widths[0]
    }
    blocks.at(-1)!.push(at)
    used += 2 + widths[at]
  }
  return blocks
}
