/** What a run prints at its end: per cell the table and the comparisons, then warnings and where the files are. */
import type { Results } from "../learning/results.ts"
import { changeLines } from "./changes.ts"
import { comparisonBlock } from "./comparisons.ts"
import { compositionBlock } from "./composition_block.ts"
import { portabilityBlocks } from "./portability_block.ts"
import { routingBlock } from "./routing_block.ts"
import { rowLabel } from "./row.ts"
import { studyBlock } from "./study_block.ts"
import { cellTable } from "./table.ts"
import { ink, oneLine, signs, type Terminal } from "./terminal.ts"
import { wrapped } from "./text_width.ts"

/** A file that the run wrote: where it is and what is in it. */
export interface ReportFile {
  readonly path: string
  readonly what: string
}

export function terminalReport(results: Results, files: readonly ReportFile[], terminal: Terminal): string {
  const blocks = [
    ...results.cells.flatMap((cell) => [
      cellTable(cell, terminal),
      compositionBlock(cell, terminal),
      routingBlock(cell, terminal),
      comparisonBlock(cell, terminal),
    ]),
    ...(results.studies ?? []).map((study) => studyBlock(study, terminal)),
    ...portabilityBlocks(results.portabilities ?? [], terminal),
    changeLines(results, terminal),
    warningLines(results, terminal),
    fileLines(files, terminal),
  ]
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`
}

/** Warnings of all rows; one that several rows share stands once, with the rows it is about. */
export function warningsOf(results: Results): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  for (const cell of results.cells) {
    for (const summary of cell.summary) {
      const label = rowLabel({ name: summary.row, head: summary.head, source: summary.source })
      for (const warning of summary.warnings) {
        const rows = found.get(warning) ?? []
        if (!rows.includes(label)) rows.push(label)
        found.set(warning, rows)
      }
    }
  }
  return found
}

function warningLines(results: Results, terminal: Terminal): string {
  const warnings = [...warningsOf(results)]
  if (warnings.length === 0) return ""
  const lines = warnings.flatMap(([warning, rows]) =>
    wrapped(`${rows.map(oneLine).join(", ")}: ${oneLine(warning)}`, terminal.columns - 2),
  )
  return [ink(terminal, "yellow", "Warnings"), ...lines.map((line) => `  ${signs(terminal, line)}`)].join("\n")
}

function fileLines(files: readonly ReportFile[], terminal: Terminal): string {
  if (files.length === 0) return ""
  const width = Math.max(...files.map((file) => file.what.length))
  return [
    ink(terminal, "bold", "Files"),
    ...files.map(({ what, path }) => `  ${what.padEnd(width)}  ${ink(terminal, "cyan", path)}`),
  ].join("\n")
}
