/** A table on a terminal whose cells are words: no colours, no wrapping. */
import { ink, signs, type Terminal } from "./terminal.ts"
import { textWidth } from "./text_width.ts"

/** Head, rule, and a line for each row; `right`: columns of numbers, which end below each other. */
export function plainTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  terminal: Terminal,
  right: readonly number[] = [],
): string[] {
  const all = [head, ...rows]
  const widths = head.map((_, at) => Math.max(...all.map((line) => textWidth(signs(terminal, line[at])))))
  const text = (line: readonly string[]) =>
    line
      .map((word, at) => {
        const gap = " ".repeat(widths[at] - textWidth(signs(terminal, word)))
        return right.includes(at) ? gap + word : word + gap
      })
      .join("  ")
      .trimEnd()
  const [first, ...body] = all.map((line) => signs(terminal, text(line)))
  const rule = signs(terminal, "\u2500").repeat(widths.reduce((a, b) => a + b, 2 * (head.length - 1)))
  return [ink(terminal, "bold", first), ink(terminal, "dim", rule), ...body]
}
