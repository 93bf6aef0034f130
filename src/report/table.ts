/** The table of a cell on a terminal: a line per row; columns that find no room go into further blocks below. */
import Table from "cli-table3"
import type { Cell, Summary } from "../learning/results.ts"
import { type Column, columnsOf } from "./columns.ts"
import { groupsNote } from "./groups.ts"
import { counted } from "./number_text.ts"
import {
  answersNote,
  answersOf,
  boundariesOf,
  cellName,
  HEAD_WORDS,
  LEGEND,
  markNotes,
  SOURCE_WORDS,
  seedCount,
  signsOf,
} from "./row.ts"
import { ink, oneLine, signs, type Terminal } from "./terminal.ts"
import { cut, textWidth, wrapped } from "./text_width.ts"

/** Columns between two columns of the table. */
const GAP = 2
/** Names are cut to this width, in each block alike. */
const NAME = 24

interface Block {
  readonly columns: readonly Column[]
  readonly widths: readonly number[]
}

/** Title with the seed count, the table in as many blocks as the width asks for, and what its words mean. */
export function cellTable(cell: Cell, terminal: Terminal): string {
  const title = `${oneLine(cellName(cell))}: ${counted(cell.tasks.length, "task")}, ${answersOf(cell)}${boundariesOf(cell)}, ${cell.examples.length} test examples, ${seedCount(cell)}`
  const names = identityColumns(cell, terminal)
  const room = terminal.columns - sum(names.map((column) => column.width + GAP))
  const wide = blocksOf(cell, terminal, room, true)
  const blocks = wide.length === 1 ? wide : blocksOf(cell, terminal, room, false)
  const legend = [
    ...notesOf(cell),
    oneLine(groupsNote(cell)),
    cell.answers ? answersNote(cell) : LEGEND.head,
    LEGEND.source,
    halfWidth(wide.length > 1),
  ].filter((line) => line !== "")
  return [
    ...wrapped(title, terminal.columns).map((line) => ink(terminal, "bold", line)),
    ...blocks.map((block, index) => blockText(cell, block, names, index, wide.length === 1, terminal)),
    ...legend
      .flatMap((line) => wrapped(signs(terminal, line), terminal.columns))
      .map((line) => ink(terminal, "dim", line)),
  ].join("\n")
}

const halfWidth = (short: boolean) =>
  short ? "Brackets: 95 % interval; \u00b1: half the width of the 95 % interval." : "Brackets: 95 % interval."

/** What stands below the table for single rows: why one has no figures, and what its marks mean. */
function notesOf({ summary }: Cell): string[] {
  const missing = summary.flatMap((row) =>
    row.notDefined === undefined
      ? []
      : [
          `${oneLine(row.row)} (${HEAD_WORDS[row.head]}, ${SOURCE_WORDS[row.source]}): not defined (${oneLine(row.notDefined)}).`,
        ],
  )
  return [...missing, ...markNotes(summary)]
}

interface NameColumn {
  readonly title: string
  readonly width: number
  readonly texts: readonly string[]
}

/** Name, heads, statistics; the seed count too, where it is not the same for all rows. They lead every block. */
function identityColumns({ summary }: Cell, terminal: Terminal): readonly NameColumn[] {
  const column = (title: string, text: (row: Summary) => string): NameColumn => {
    const texts = summary.map(text)
    return { title, texts, width: Math.max(...[title, ...texts].map(textWidth)) }
  }
  const name = (row: Summary) => {
    const marks = signs(terminal, signsOf(row))
    return cut(oneLine(row.row), NAME - marks.length, signs(terminal, "\u2026")) + marks
  }
  const seeds = new Set(summary.filter((row) => row.notDefined === undefined).map((row) => row.seeds))
  return [
    column("Row", name),
    column("Heads", (row) => HEAD_WORDS[row.head]),
    column("Statistics", (row) => SOURCE_WORDS[row.source]),
    ...(seeds.size > 1 ? [column("Seeds", (row) => (row.notDefined === undefined ? String(row.seeds) : ""))] : []),
  ]
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

/** Fills blocks with columns as far as `room` goes; at least one each. */
function blocksOf(cell: Cell, terminal: Terminal, room: number, wide: boolean): Block[] {
  const blocks: { columns: Column[]; widths: number[] }[] = []
  let left = 0
  for (const column of columnsOf(cell)) {
    const texts = cell.summary.map((row) => figure(column, row, wide, terminal))
    const width = Math.max(textWidth(column.title), ...texts.map(textWidth))
    if (blocks.length === 0 || width > left) {
      blocks.push({ columns: [], widths: [] })
      left = room
    }
    const block = blocks[blocks.length - 1]
    block.columns.push(column)
    block.widths.push(width)
    left -= width + GAP
  }
  return blocks
}

function figure(column: Column, row: Summary, wide: boolean, terminal: Terminal): string {
  return row.notDefined === undefined ? signs(terminal, column.text(row, wide) ?? "\u2013") : ""
}

function blockText(
  cell: Cell,
  block: Block,
  names: readonly NameColumn[],
  index: number,
  wide: boolean,
  terminal: Terminal,
): string {
  const widths = [...names.map((column) => column.width), ...block.widths]
  const table = new Table({
    chars: NO_LINES,
    style: { head: [], border: [], "padding-left": 0, "padding-right": GAP },
    colWidths: widths.map((width) => width + GAP),
    colAligns: [...names.map(() => "left" as const), ...block.widths.map(() => "right" as const)],
  })
  table.push([...names, ...block.columns].map(({ title }) => ink(terminal, "bold", title)))
  for (const [at, summary] of cell.summary.entries()) {
    if (summary.notDefined !== undefined && index > 0) continue
    const figures =
      summary.notDefined === undefined
        ? block.columns.map((column) => figure(column, summary, wide, terminal))
        : [{ colSpan: block.columns.length, hAlign: "left" as const, content: "not defined" }]
    table.push([
      ...names.map(({ texts }) => (summary.kind === "bound" ? ink(terminal, "dim", texts[at]) : texts[at])),
      ...figures,
    ])
  }
  const [head, ...lines] = table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
  const rule = ink(terminal, "dim", signs(terminal, "\u2500").repeat(sum(widths) + GAP * (widths.length - 1)))
  return `\n${[head, rule, ...lines].join("\n")}\n`
}

const NO_LINES = Object.fromEntries(
  ["top", "mid", "bottom", "left", "right"]
    .flatMap((side) => [side, ...["mid", "left", "right"].map((end) => `${side}-${end}`), "middle"])
    .map((name) => [name, ""]),
)
