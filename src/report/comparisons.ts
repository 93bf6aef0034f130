/** The comparisons of a cell on a terminal: difference, interval, p, what would have been detectable, and what may be concluded. */
import type { Cell, Comparison } from "../learning/results.ts"
import { SCENARIO_WORDS } from "./columns.ts"
import { counted, fixed, interval, probability, signed } from "./number_text.ts"
import { ink, oneLine, signs, type Terminal } from "./terminal.ts"
import { wrapped } from "./text_width.ts"

export const COMPARISON_NOTE =
  "Difference in percentage points, paired on the same test examples, with 95 % interval; p corrected after Holm over all comparisons of the experiment; " +
  "detectable: the smallest difference found in four of five such experiments."

/** "learnt (kept) − uniform (kept)". */
export const comparisonName = ({ left, right }: Comparison): string => `${oneLine(left)} \u2212 ${oneLine(right)}`

/** What a comparison is about: under `domain_incremental` a prediction over all classes counts by its label. */
export const setupWord = ({ setup }: Comparison, { scenario }: Pick<Cell, "scenario">): string =>
  SCENARIO_WORDS[scenario === "domain_incremental" && setup === "class_incremental" ? scenario : setup].word

/** "class-incremental, all tasks, 2,453 examples, 3 seeds". */
export const comparisonScope = (comparison: Comparison, cell: Pick<Cell, "scenario">): string =>
  scope(comparison, setupWord(comparison, cell))

const scope = ({ on, examples, seeds, orderInvariant }: Comparison, word: string): string =>
  `${word === measureWord(on) ? "" : `${word}, `}${measureWord(on)}, ${examples.toLocaleString("en")} examples, ${counted(seeds, "seed")}${orderInvariant ? ", order-invariant" : ""}`

/** "Rouge-L" for `rouge_l`, "weighted F1"; others as they are written. */
const measureWord = (on: string): string =>
  on === "rouge_l" || on === "exact_match"
    ? SCENARIO_WORDS[on].word
    : on === "weighted_f1"
      ? "weighted F1"
      : oneLine(on)

/** Empty where the spec asks for no comparison. */
export function comparisonBlock(cell: Cell, terminal: Terminal): string {
  if (cell.comparisons.length === 0 && cell.notices === undefined) return ""
  const indented = (text: string) => wrapped(signs(terminal, text), terminal.columns - 4).map((line) => `    ${line}`)
  const entries = cell.comparisons.flatMap((comparison) => [
    ...wrapped(
      `${ink(terminal, "bold", signs(terminal, comparisonName(comparison)))}: ${comparisonScope(comparison, cell)}`,
      terminal.columns - 2,
    ).map((line, i) => (i === 0 ? `  ${line}` : `    ${line}`)),
    ...indented(figures(comparison)),
    ...indented(oneLine(comparison.conclusion)),
    ...(comparison.caveat === undefined ? [] : indented(`Mind: ${oneLine(comparison.caveat)}.`)),
    "",
  ])
  const omitted = (cell.notices ?? []).flatMap((notice) =>
    wrapped(signs(terminal, oneLine(notice)), terminal.columns - 2).map((line) => `  ${line}`),
  )
  const note = wrapped(COMPARISON_NOTE, terminal.columns).map((line) => ink(terminal, "dim", line))
  return [
    ink(terminal, "bold", "Comparisons"),
    "",
    ...entries,
    ...omitted,
    ...(omitted.length > 0 ? [""] : []),
    ...note,
  ].join("\n")
}

const figures = ({ difference, interval: range, p, corrected, minimumDetectable }: Comparison): string =>
  `${signed(difference)} points ${interval(range)}, p ${probability(p)}, corrected ${probability(corrected)}, detectable ${fixed(minimumDetectable)}`
