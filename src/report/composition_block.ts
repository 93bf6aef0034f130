/** The errors of a cell's compositions on a terminal. */
import type { Cell } from "../learning/results.ts"
import { COMPOSITION_NOTE, compositionErrors } from "./composition_errors.ts"
import { fixed } from "./number_text.ts"
import { plainTable } from "./plain_table.ts"
import { ink, oneLine, signs, type Terminal } from "./terminal.ts"
import { cut, wrapped } from "./text_width.ts"

/** Empty where the cell has none. */
export function compositionBlock(cell: Cell, terminal: Terminal): string {
  const rows = compositionErrors(cell)
  if (rows.length === 0) return ""
  const dash = signs(terminal, "\u2013")
  const lines = rows.map(({ name, update, worst, logits }) => [
    cut(oneLine(name), 24, signs(terminal, "\u2026")),
    update === undefined ? dash : `${fixed(update)} %`,
    worst === undefined ? dash : `${fixed(worst.update)} % at ${oneLine(worst.site)}`,
    logits === undefined ? dash : `mean ${fixed(logits.mean, 3)}, max ${fixed(logits.max, 3)}`,
  ])
  return [
    ink(terminal, "bold", "Compositions: how far from the sum of outputs that they stand for"),
    "",
    ...plainTable(["Row", "Update", "Worst", "Logits"], lines, terminal),
    "",
    ...wrapped(COMPOSITION_NOTE, terminal.columns).map((line) => ink(terminal, "dim", line)),
  ].join("\n")
}
