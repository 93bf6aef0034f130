/** The section of REPRODUCTION.md on carried modules: a line for each claim, cell and budget. */
import type { PortabilityCell } from "../../src/learning/portability_results.ts"
import { EVIDENCE, machineLine, signed } from "./page_text.ts"
import { PORTED_CLAIMS, type PortedClaim } from "./ported_claims.ts"
import type { RecordedPorted } from "./recorded.ts"
import { verdictOf } from "./verdict.ts"

const HEAD = [
  "| claim | modules | from, to | data | steps | seeds | carried % | other % | carried - other, 95 % interval | margin | smallest effect found | verdict |",
  "|---|---|---|---|---:|---:|---:|---:|---|---:|---:|---|",
]

type Cell = RecordedPorted["cells"][number]

const accuracy = ({ curves, steps }: Cell, start: string, at: number): string =>
  curves.find((curve) => curve.start === start)?.accuracy[steps.indexOf(at)]?.value.toFixed(1) ?? ""

const linesOf = ({ id, plugins, against, margin }: PortedClaim, cell: Cell): readonly string[] =>
  (plugins as readonly string[]).includes(cell.plugin)
    ? cell.comparisons
        .filter((one) => one.against === against)
        .map(
          ({ steps, difference, interval, minimumDetectable, seeds }) =>
            `| ${id} | ${cell.of} | ${cell.plugin}, ${cell.from} to ${cell.on} | ${cell.source === cell.stream ? "same" : "other"} | ${steps} | ${seeds} | ${accuracy(cell, "ported", steps)} | ${accuracy(cell, against, steps)} | ${signed(difference)} [${signed(interval[0])}, ${signed(interval[1])}] | ${margin} | ${minimumDetectable.toFixed(1)} | **${verdictOf(interval, margin)}** |`,
        )
    : []

/** The sentence of a cell's own verdict, which corrects for all comparisons of its declaration. */
const concluded = ({ transfer, of, on, source, verdict, notDefined }: Cell): string =>
  `- \`${transfer}\` of ${of} to ${on}, data of ${source}: ${verdict?.conclusion ?? notDefined ?? "no verdict"}`

export const portedSection = (run: RecordedPorted): readonly string[] => [
  "## Portability",
  "",
  "examples/13_portability on gloss-mini and two siblings that `l2r distil` makes as examples/11_transfer says: `shallow` of the same width, `slim` of another.",
  `60 training and 60 test texts a class; "other": the module was trained on tasks that share no class. ${machineLine(run)}.`,
  "",
  ...PORTED_CLAIMS.map(
    ({ id, paper, says, claimedOn, evidence }) =>
      `- **${id}**: ${says}. ${paper}, on ${claimedOn}: ${EVIDENCE[evidence]}.`,
  ),
  "",
  ...HEAD,
  ...PORTED_CLAIMS.flatMap((claim) => run.cells.flatMap((cell) => linesOf(claim, cell))),
  "",
  "What the runs themselves say, with p corrected for all comparisons of a declaration:",
  "",
  ...run.cells.map(concluded),
  "",
]

/** Without what each text was. */
export const portedCells = (cells: readonly PortabilityCell[]): RecordedPorted["cells"] =>
  cells.map(({ right: _, ...cell }) => cell)
