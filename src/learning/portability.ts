/**
 * Whether porting pays (after Sabry and Belz 2024, arXiv 2401.14228): modules carried between backbones against others that start
 * elsewhere, on the same test texts after the same budget of training steps.
 *
 * The rule, fixed before a run. At a budget porting paid where the accuracy of the carried module minus that of the fresh one has a
 * 95 % interval above 0 and a p, corrected after Holm over all comparisons of the declaration, below 0.05; it cost where the
 * interval lies below 0 and p does the same; else nothing is shown. A module's porting paid where it paid at some budget and cost at
 * none, and the other way round; where it did both the verdict is mixed, where neither it is open.
 */
import { comparePaired, type Paired } from "./comparison.ts"
import { LEVEL, signed } from "./conclusion.ts"
import type { OpenDraws } from "./draws.ts"
import { holm } from "./holm.ts"
import { figuresOf, macro } from "./intervals.ts"
import type { Finding, PortabilityCell, PortabilityComparison, RightTexts, Verdict } from "./portability_results.ts"

/** What a run knows of a cell before anything is compared. */
export type Ported = Omit<PortabilityCell, "curves" | "comparisons" | "verdict">

/** All cells of a declaration and of its variants, which share one correction. `open` gives the stream of a purpose. */
export const judged = (cells: readonly Ported[], open: OpenDraws): readonly PortabilityCell[] => {
  const drafts = cells.flatMap((cell, index) => draftsOf(cell, open).map((draft) => ({ index, draft })))
  const corrected = holm(drafts.map(({ draft }) => draft.p))
  const comparisons = drafts.map(({ index, draft }, k) => ({
    index,
    comparison: { ...draft, corrected: corrected[k], finding: findingOf(draft.interval, corrected[k]) },
  }))
  return cells.map((cell, index): PortabilityCell => {
    if (cell.notDefined !== undefined) return { ...cell, curves: [], comparisons: [] }
    const own = comparisons.flatMap((one) => (one.index === index ? [one.comparison] : []))
    const verdict = verdictOf(cell, own, drafts.length)
    return { ...cell, curves: curvesOf(cell, open), comparisons: own, ...(verdict ? { verdict } : {}) }
  })
}

/** [example][seed] of each task: one where the text was right. */
const rightOf = (cell: Ported, start: string, steps: number): readonly Float64Array[] =>
  cell.tasks.map((_, task) => {
    const own = cell.seeds.map((seed) => cell.right.find((one) => same(one, { start, steps, task, seed }))?.right ?? "")
    return Float64Array.from({ length: own[0].length * own.length }, (_, k) =>
      Number(own[k % own.length][Math.floor(k / own.length)]),
    )
  })

const same = (one: RightTexts, other: Omit<RightTexts, "right">): boolean =>
  one.start === other.start && one.steps === other.steps && one.task === other.task && one.seed === other.seed

const purpose = (cell: Ported, ...more: readonly (string | number)[]): string =>
  JSON.stringify(["portability", cell.portability, cell.transfer, cell.source, cell.on, ...more])

const curvesOf = (cell: Ported, open: OpenDraws): PortabilityCell["curves"] =>
  cell.starts.map((start) => ({
    start,
    accuracy: cell.steps.map((steps) => {
      const tasks = rightOf(cell, start, steps).map((rows) => rows.map((right) => 100 * right))
      const [figure] = figuresOf(
        { seeds: cell.seeds.length, figures: 1, tasks },
        [macro],
        open(purpose(cell, "curve", start, steps)),
      )
      return figure
    }),
  }))

type Draft = Omit<PortabilityComparison, "corrected" | "finding">

const draftsOf = (cell: Ported, open: OpenDraws): readonly Draft[] =>
  cell.notDefined !== undefined
    ? []
    : cell.starts.slice(1).flatMap((against) =>
        cell.steps.map((steps): Draft => {
          const [ported, other] = [rightOf(cell, "ported", steps), rightOf(cell, against, steps)]
          const paired: Paired = {
            seeds: cell.seeds.length,
            unit: 100,
            tasks: ported.map((rows, t) => rows.map((right, k) => right - other[t][k])),
          }
          const { standardError: _, ...outcome } = comparePaired(paired, open(purpose(cell, "against", against, steps)))
          return { against, steps, ...outcome }
        }),
      )

const findingOf = ([low, high]: readonly [number, number], corrected: number): Finding =>
  corrected >= LEVEL || (low <= 0 && high >= 0) ? "open" : low > 0 ? "paid" : "cost"

/** On the comparisons with fresh modules; undefined where there are none. */
const verdictOf = (cell: Ported, all: readonly PortabilityComparison[], comparisons: number): Verdict | undefined => {
  const scratch = all.filter(({ against }) => against === "scratch")
  if (scratch.length === 0) return undefined
  const at = (finding: Finding) => scratch.filter((one) => one.finding === finding)
  const [paid, cost] = [at("paid"), at("cost")]
  const finding = paid.length > 0 ? (cost.length > 0 ? "mixed" : "paid") : cost.length > 0 ? "cost" : "open"
  return { finding, conclusion: `${said(finding, cell, paid, cost, scratch)}${condition(cell, comparisons)}.` }
}

const said = (
  finding: Verdict["finding"],
  { of, from, on }: Ported,
  paid: readonly PortabilityComparison[],
  cost: readonly PortabilityComparison[],
  all: readonly PortabilityComparison[],
): string => {
  const ported = `${of} of ${from}, carried to ${on}`
  switch (finding) {
    case "paid":
      return `Porting paid: ${ported}, is better than a fresh module ${listed(paid)}, and worse at no budget`
    case "cost":
      return `Porting cost: ${ported}, is worse than a fresh module ${listed(cost)}, and better at no budget`
    case "mixed":
      return `Porting did both: ${ported}, is better than a fresh module ${listed(paid)}, and worse ${listed(cost)}`
    case "open": {
      const least = Math.max(...all.map(({ minimumDetectable }) => minimumDetectable))
      return `Nothing is shown: ${ported}, is neither better nor worse than a fresh module at any budget, which is not to say that they are equal; at each budget a true difference of ${least.toFixed(1)} points or more would have been found four times in five at one comparison`
    }
  }
}

const listed = (all: readonly PortabilityComparison[]): string =>
  all
    .map(
      ({ steps, difference, interval: [low, high] }) =>
        `at ${steps} step${steps === 1 ? "" : "s"} by ${Math.abs(difference).toFixed(1)} points (95 % interval ${signed(low)} to ${signed(high)})`,
    )
    .join(", ")

const condition = ({ seeds }: Ported, comparisons: number): string =>
  `; ${comparisons > 1 ? `p corrected for ${comparisons} comparisons, ` : ""}${seeds.length === 1 ? "conditional on these modules (one seed)" : `over ${seeds.length} seeds`}`
