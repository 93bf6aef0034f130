/** How a row is called: its declared name, the head policy and what its statistics were drawn from. Never one without the others. */
import type { Cell, HeadPolicy, Row, Source, Summary } from "../learning/results.ts"
import { counted } from "./number_text.ts"

/** What makes a row one of its kind, whatever the seed. */
export type RowIdentity = Pick<Row, "head" | "source"> & { readonly name: string }

export const HEAD_WORDS: Readonly<Record<HeadPolicy, string>> = {
  kept: "kept",
  refit: "refit",
  joint: "joint",
  none: "none",
}

export const SOURCE_WORDS: Readonly<Record<Source, string>> = {
  memory: "memory",
  train: "all data",
  weights: "weights",
  none: "none",
}

/** One line under a table that says what the words of the columns mean. */
export const LEGEND = {
  head: "Heads: kept = as each task trained them, joined; refit = the joined heads trained further on the memory; joint = one head over all classes.",
  source: "Statistics from: the memory, all training data, the trained weights alone, or none.",
}

/** What a row's figures must be read with: a sign behind its name, a word in CSV, and what stands below the table. */
const MARKS = [
  { sign: "*", word: "knows_task", note: "is told the task of every example", on: (row: Marked) => row.knowsTask },
  {
    sign: "\u2020",
    word: "leaks_batch",
    note: "its gates for a text depend on the other texts of the batch",
    on: (row: Marked) => row.leaks === "batch",
  },
] as const

type Marked = Pick<Row, "knowsTask" | "leaks">

export const marksOf = (row: Marked): readonly (typeof MARKS)[number][] => MARKS.filter(({ on }) => on(row))

export const signsOf = (row: Marked): string =>
  marksOf(row)
    .map(({ sign }) => sign)
    .join("")

/** "* is told the task of every example." for each mark that some row has. */
export const markNotes = (rows: readonly Marked[]): readonly string[] =>
  MARKS.filter(({ on }) => rows.some(on)).map(({ sign, note }) => `${sign} ${note}.`)

export const identityOf = (summary: Summary): RowIdentity => ({
  name: summary.row,
  head: summary.head,
  source: summary.source,
})

/** "learnt (refit, memory)". */
export const rowLabel = ({ name, head, source }: RowIdentity): string =>
  `${name} (${HEAD_WORDS[head]}, ${SOURCE_WORDS[source]})`

/** The rows behind one line of the table: one per seed, those without figures left out. */
export function seedsOf(cell: Cell, summary: Summary): readonly Row[] {
  return cell.rows.filter(
    (row) =>
      row.name === summary.row &&
      row.head === summary.head &&
      row.source === summary.source &&
      row.notDefined === undefined,
  )
}

/** "10 classes", or how texts are answered in words. */
export const answersOf = ({ classes, answers }: Cell): string =>
  answers ? "answers in words" : `${classes.length} classes`

/** ", boundaries unknown": where rows were not told where a task ends. */
export const boundariesOf = ({ sequence }: Cell): string =>
  sequence === undefined
    ? ""
    : `, boundaries unknown${sequence.blur > 0 ? ` and blurred over ${Math.round(1000 * sequence.blur) / 10} % of a task` : ""}`

/** What stands below the figures where texts are answered in words: how, what was cut, and what is not defined. */
export function answersNote({ answers }: Cell): string {
  if (answers === undefined) return ""
  const { max_tokens: most, beams } = answers
  const [cut, of] = answers.cut.reduce(([a, b], task) => [a + task.cut, b + task.of], [0, 0])
  const how = beams === 1 ? "the likeliest token each time" : `the best of a search with ${beams} beams`
  const learnt = cut === 0 ? "" : ` Of ${of} answers to learn from, ${cut} are longer and are learnt up to there.`
  return `Answers: ${how}, ${most} tokens at most.${learnt} Forgetting and what else is read off the matrix are in Rouge-L. Accuracy over classes is not defined: an answer is written, not chosen among classes.`
}

/** "routing / low_rank / written": what tells one cell of an experiment from another. */
export const cellName = (cell: Cell): string => [cell.experiment, cell.adapter, cell.order].join(" / ")

/** Seed count of a cell's rows, e.g. "1 seed" or "3 seeds" or "1 to 3 seeds". */
export function seedCount(cell: Cell): string {
  const counts = cell.summary.filter((row) => row.notDefined === undefined).map((row) => row.seeds)
  if (counts.length === 0) return "no seeds"
  const [low, high] = [Math.min(...counts), Math.max(...counts)]
  return low === high ? counted(low, "seed") : `${low} to ${high} seeds`
}
