/** A portability on a terminal: accuracies by start and budget, the carried module against the others, and whether porting paid. */
import type { PortabilityCell, PortabilityComparison } from "../learning/portability_results.ts"
import { counted, figureText, fixed, interval, probability, signed } from "./number_text.ts"
import { plainTable } from "./plain_table.ts"
import { ink, oneLine, signs, type Terminal } from "./terminal.ts"
import { wrapped } from "./text_width.ts"

export const PORTABILITY_NOTE =
  "Accuracy in percent on the test texts of each task, mean over tasks, with 95 % interval, after so many training steps from each start: ported = carried " +
  "over; scratch = a fresh module; resampled = numbers drawn with the means and deviations of the carried arrays; permuted = these arrays with their numbers " +
  "in another order. Differences are ported minus the other, in percentage points, paired on the same texts; p corrected after Holm over all comparisons of " +
  "the declaration. Porting paid at a budget: the interval against scratch lies above 0, and the corrected p below 0.05; it cost: below 0, and so does p."

/** "porting / ported: correlation of low_rank, teacher to student; topics to topics". */
export const portabilityName = ({
  portability,
  transfer,
  plugin,
  of,
  from,
  on,
  source,
  stream,
}: PortabilityCell): string =>
  `${portability} / ${transfer}: ${of} by ${plugin}, ${from} to ${on}; ${source === stream ? stream : `${source} to ${stream}`}`

/** "2 tasks, 240 test examples, 3 seeds". */
export const portabilityScope = ({ tasks, examples, seeds, notDefined }: PortabilityCell): string =>
  `${counted(tasks.length, "task")}, ${notDefined === undefined ? `${examples} test examples, ` : ""}${counted(seeds.length, "seed")}`

export const budget = (steps: number): string => counted(steps, "step")

/** Empty where the spec asks for none. */
export function portabilityBlocks(cells: readonly PortabilityCell[], terminal: Terminal): readonly string[] {
  if (cells.length === 0) return []
  const note = wrapped(signs(terminal, PORTABILITY_NOTE), terminal.columns).map((line) => ink(terminal, "dim", line))
  return [...cells.map((cell) => block(cell, terminal)), note.join("\n")]
}

const block = (cell: PortabilityCell, terminal: Terminal): string => {
  const title = wrapped(
    signs(terminal, `${oneLine(portabilityName(cell))}: ${portabilityScope(cell)}`),
    terminal.columns,
  )
  const head = title.map((line) => ink(terminal, "bold", line))
  if (cell.notDefined !== undefined)
    return [
      ...head,
      "",
      ...wrapped(signs(terminal, `not defined (${oneLine(cell.notDefined)})`), terminal.columns),
    ].join("\n")
  const dash = signs(terminal, "\u2013")
  const rows = cell.curves.map(({ start, accuracy }) => [
    start,
    ...accuracy.map((figure) => figureText(figure) ?? dash),
  ])
  return [
    ...head,
    "",
    ...plainTable(
      ["Start", ...cell.steps.map(budget)],
      rows,
      terminal,
      [...cell.steps.keys()].map((k) => k + 1),
    ),
    "",
    ...cell.comparisons.flatMap((one) =>
      wrapped(signs(terminal, line(one)), terminal.columns - 2).map((text, i) => `${i === 0 ? "  " : "    "}${text}`),
    ),
    ...(cell.verdict ? ["", ...wrapped(signs(terminal, oneLine(cell.verdict.conclusion)), terminal.columns)] : []),
  ].join("\n")
}

const line = ({
  against,
  steps,
  difference,
  interval: range,
  p,
  corrected,
  minimumDetectable,
  finding,
}: PortabilityComparison): string =>
  `ported \u2212 ${against}, ${budget(steps)}: ${signed(difference)} ${interval(range)}, p ${probability(p)}, corrected ${probability(corrected)}, detectable ${fixed(minimumDetectable)}: ${finding}`
