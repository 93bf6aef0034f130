/** Declarations to lines: neighbours of one kind stand in columns. */
import { Equals } from "../syntax/tokens.ts"
import { aboveOf, flat, isBlock, lines, noteLines, remarked } from "./layout.ts"
import { columns, type Line, padded, WIDTH } from "./lines.ts"
import type { Marks } from "./marks.ts"
import { type Element, elementOf, firstOf, hasOpened, isGroup } from "./tree.ts"
import type { Note, Token } from "./trivia.ts"

/** A declaration, or a piece of text that can't be read. */
export type Piece =
  | { readonly kind: "raw"; readonly first: Token; readonly text: string }
  | {
      readonly kind: "declaration"
      readonly element: Element
      readonly marks: Marks
      /** Its columns, where it stands on one line: `router learnt`, `= l2r`, `{ memory: few }`. */
      readonly cells?: readonly string[]
      /** Neighbours stand in columns if this is the same. */
      readonly shape: string
    }

export const declarationOf = (tokens: readonly Token[], marks: Marks): Piece => {
  const element = elementOf(tokens, marks)
  const { parts } = element
  const equals = parts.findIndex((part) => !isGroup(part) && part.type === Equals)
  const block = isBlock(parts[parts.length - 1]) ? parts.length - 1 : parts.length
  const left = equals < 0 ? block : equals
  const oneLine = !hasOpened(parts) && columns(flat(parts, marks)) <= WIDTH
  const cells = [parts.slice(0, left), parts.slice(left, block), parts.slice(block)].map((cell) => flat(cell, marks))
  return {
    kind: "declaration",
    element,
    marks,
    ...(oneLine ? { cells } : {}),
    shape: `${tokens[0].image} ${equals < 0 ? "" : "="}`,
  }
}

/** All lines of a file. */
export const laidOut = (pieces: readonly Piece[], rest: readonly Note[]): Line[] => {
  const made: Line[] = []
  for (let at = 0; at < pieces.length; ) {
    const end = runFrom(pieces, at)
    const run = pieces.slice(at, end)
    const widths = widthsOf(run)
    for (const piece of run) {
      // The comments below a piece that can't be read belong to its text.
      const below = at > 0 && pieces[at - 1].kind === "raw"
      const own = piece.kind === "raw" ? rawLines(piece, below) : declarationLines(piece, widths, below)
      for (const line of own) made.push(line)
      at++
    }
  }
  if (pieces[pieces.length - 1]?.kind !== "raw") for (const line of noteLines(rest, 0)) made.push(line)
  return made[0]?.text === "" ? made.slice(1) : made
}

/** The end of the run of neighbours that stand in columns. */
const runFrom = (pieces: readonly Piece[], at: number): number => {
  const first = pieces[at]
  let end = at + 1
  if (first.kind === "raw" || !first.cells) return end
  for (; end < pieces.length; end++) {
    const piece = pieces[end]
    if (piece.kind === "raw" || !piece.cells || piece.shape !== first.shape) break
    if (piece.element.apart || piece.element.notes.some(({ apart }) => apart)) break
  }
  return end
}

/** The widths of the columns; none where a line would become too long in them. */
const widthsOf = (run: readonly Piece[]): readonly number[] => {
  const rows = run.flatMap((piece) => (piece.kind === "declaration" && piece.cells ? [piece.cells] : []))
  const widths = [0, 1].map((column) => widest(rows, column))
  return rows.some((cells) => columns(inColumns(cells, widths)) > WIDTH) ? [0, 0] : widths
}

/** Columns of a cell, over those that have another behind it. */
const widest = (rows: readonly (readonly string[])[], column: number): number =>
  rows.reduce((most, cells) => (hasBehind(cells, column) ? Math.max(most, columns(cells[column])) : most), 0)

const hasBehind = (cells: readonly string[], column: number): boolean =>
  cells.slice(column + 1).some((cell) => cell !== "")

const declarationLines = (
  { element, cells, marks }: Piece & { kind: "declaration" },
  widths: readonly number[],
  below: boolean,
): Line[] => {
  const notes = below ? element.notes.slice(firstOf(element.parts[0]).before.length) : element.notes
  const above = aboveOf(notes, element.apart, 0)
  const own = cells ? [{ text: inColumns(cells, widths) }] : lines("", element.parts, 0, marks)
  return [...above, ...remarked(own, element.remark)]
}

const inColumns = (cells: readonly string[], widths: readonly number[]): string => {
  let text = ""
  cells.forEach((cell, column) => {
    if (cell !== "") text += hasBehind(cells, column) ? `${padded(cell, widths[column] ?? 0)} ` : cell
  })
  return text
}

const rawLines = ({ first, text }: Piece & { kind: "raw" }, below: boolean): Line[] => [
  ...aboveOf(below ? [] : first.before, first.apart, 0),
  { text },
]
