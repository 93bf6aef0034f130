/** The comparisons that a spec asks for, over all cells of an experiment, which share one correction. */
import type { Setup } from "./accuracy_matrix.ts"
import type { Sample } from "./bootstrap.ts"
import { classCounts } from "./class_counts.ts"
import { comparePaired, type Paired } from "./comparison.ts"
import { caveatOf, conclude } from "./conclusion.ts"
import type { OpenDraws } from "./draws.ts"
import { compareF1 } from "./f1_comparison.ts"
import { holm } from "./holm.ts"
import { orderInvariant } from "./orders.ts"
import type { Outcome } from "./outcome.ts"
import { COMPARABLE, type Comparable, isComparable, isScore, type PerExample, perExample } from "./per_example.ts"
import type { Comparison, Row } from "./results.ts"
import { groupRows, labelOf, notDefined, type RowGroup } from "./row_groups.ts"
import type { Outcomes } from "./summary.ts"
import { leastCommonMultiple } from "./whole_numbers.ts"

/** `compare LEFT against [AGAINST ...] on ON`. */
export interface Asked {
  readonly left: string
  readonly against: readonly string[]
  readonly on: string
  /** What a prediction is counted right by. */
  readonly setup: Setup
}

export interface Compared {
  /** By cell, in the order asked. */
  readonly comparisons: readonly (readonly Comparison[])[]
  /** By cell: comparisons that could not be made, and why. */
  readonly notices: readonly (readonly string[])[]
}

interface Draft extends Outcome {
  readonly cell: number
  readonly left: string
  readonly right: string
  readonly on: Comparable | "weighted_f1"
  readonly setup: Setup
  readonly caveat?: string
  readonly orderInvariant?: true
}

/** `open` gives the stream of a purpose: a comparison's interval and p do not depend on the other comparisons, only its correction does. */
export function compareRows(cells: readonly Outcomes[], asked: readonly Asked[], open: OpenDraws): Compared {
  const notices: string[][] = cells.map(() => [])
  const drafts = cells.flatMap((cell, index) =>
    asked.flatMap((question) =>
      question.against.flatMap((right) => {
        const made = draftsOf(cell, index, question, right, open)
        notices[index].push(...made.filter((one) => typeof one === "string"))
        return made.filter((one) => typeof one !== "string")
      }),
    ),
  )
  const corrected = holm(drafts.map(({ p }) => p))
  const finished = drafts.map((draft, k) => ({
    cell: draft.cell,
    comparison: finish(draft, corrected[k], drafts.length, cells[draft.cell].scenario, ordersOf(cells, draft.cell)),
  }))
  return {
    comparisons: cells.map((_, index) =>
      finished.filter(({ cell }) => cell === index).map(({ comparison }) => comparison),
    ),
    notices,
  }
}

/** `inOrders`: how many orders of the tasks there are of the draft's cell. */
function finish(
  draft: Draft,
  corrected: number,
  comparisons: number,
  scenario: Outcomes["scenario"],
  inOrders: number,
): Comparison {
  const setup = isScore(draft.on) ? draft.on : draft.setup
  const byLabel = scenario === "domain_incremental" && setup === "class_incremental"
  const { left, right, on, difference, interval, p, minimumDetectable, examples, seeds, caveat, orderInvariant } = draft
  const known = {
    left,
    right,
    on,
    setup,
    difference,
    interval,
    p,
    corrected,
    minimumDetectable,
    examples,
    seeds,
    caveat,
    ...(orderInvariant && inOrders > 1 ? { orderInvariant } : {}),
  }
  return { ...known, conclusion: conclude(known, comparisons, byLabel ? "domain-incremental" : undefined) }
}

function draftsOf(
  cell: Outcomes,
  index: number,
  { left, on, setup }: Asked,
  right: string,
  open: OpenDraws,
): (Draft | string)[] {
  const omitted = (reason: string) => [`${cell.adapter}: ${left} against ${right} on ${on} is left out: ${reason}.`]
  if (!isComparable(on) && on !== "weighted_f1")
    return omitted(`${on} is not a mean over test examples; compare on one of ${COMPARABLE.join(", ")}, weighted_f1`)
  const groups = groupRows(cell.rows)
  const pairs = pairsOf(groups, left, right)
  if (pairs.length === 0) return omitted("the table has no such pair of rows")
  return pairs.flatMap(([a, b]): (Draft | string)[] => {
    const reason = notDefined(a) ?? notDefined(b)
    if (reason !== undefined) return omitted(`not defined (${reason})`)
    const rows = sharedSeeds(a, b)
    if (rows.length === 0) return omitted("the two rows share no seed")
    const paired = on === "weighted_f1" ? counted(rows, cell, setup) : pair(rows, on, cell, setup)
    if (typeof paired === "string") return omitted(paired)
    const names = [labelOf(a, groups), labelOf(b, groups)] as const
    const purpose = JSON.stringify([
      "comparison",
      cell.experiment,
      cell.adapter,
      cell.order,
      a.name,
      a.head,
      b.name,
      b.head,
      on,
      setup,
    ])
    const caveat = caveatOf(names[0], a.rows[0], names[1], b.rows[0])
    const outcome = "figures" in paired ? compareF1(paired, open(purpose)) : comparePaired(paired, open(purpose))
    const invariant = FINAL.has(on) && [a, b].every(({ rows: [first] }) => orderInvariant(first))
    const more = invariant ? { orderInvariant: true as const } : {}
    return [{ cell: index, left: names[0], right: names[1], on, setup, caveat, ...more, ...outcome }]
  })
}

/** Read off after the last task alone. */
const FINAL: ReadonlySet<string> = new Set(["accuracy", "rouge_l", "exact_match", "weighted_f1"])

const ordersOf = (cells: readonly Outcomes[], index: number): number => {
  const { experiment, adapter } = cells[index]
  return new Set(
    cells.flatMap((cell) => (cell.experiment === experiment && cell.adapter === adapter ? [cell.order] : [])),
  ).size
}

/** Rows with like heads are paired; a row whose head policy the other side lacks is paired with all that the other side has. */
function pairsOf(groups: readonly RowGroup[], left: string, right: string): [RowGroup, RowGroup][] {
  const lefts = groups.filter(({ name }) => name === left)
  const rights = groups.filter(({ name }) => name === right)
  const lonely = (group: RowGroup, others: readonly RowGroup[]) => others.every(({ head }) => head !== group.head)
  return lefts.flatMap((a) =>
    rights
      .filter((b) => a.head === b.head || lonely(a, rights) || lonely(b, lefts))
      .map((b): [RowGroup, RowGroup] => [a, b]),
  )
}

/** The rows of the seeds that both have. */
const sharedSeeds = (a: RowGroup, b: RowGroup): readonly (readonly [Row, Row])[] =>
  a.rows.flatMap((row) => {
    const other = b.rows.find(({ seed }) => seed === row.seed)
    return other === undefined ? [] : [[row, other] as const]
  })

/** Counts of classes of both sides on the examples that both have. A string says why there are none. */
const counted = (shared: readonly (readonly [Row, Row])[], cell: Outcomes, setup: Setup): Sample | string => {
  if (cell.answers) return "written answers have no classes"
  const [left, right] = [shared.map(([row]) => row), shared.map(([, row]) => row)]
  return (
    classCounts([left, right], cell, setup) ??
    "a row lacks the last stage, or a task has no test example that both rows predict"
  )
}

/** Differences on the examples that both rows have. A string says why there are none. */
function pair(shared: readonly (readonly [Row, Row])[], on: Comparable, cell: Outcomes, setup: Setup): Paired | string {
  const sides = shared.map(([x, y]) => [perExample(on, x, cell, setup), perExample(on, y, cell, setup)] as const)
  const whole = sides.flatMap(([x, y]) => (x === undefined || y === undefined ? [] : [[x, y] as const]))
  if (whole.length < sides.length) return `a row lacks what ${on} is made of`
  const scale = whole.flat().reduce((multiple, side) => leastCommonMultiple(multiple, side.scale), 1)
  const differences = whole.map(([x, y]) => subtract(x, y, scale))
  const ids: number[][] = cell.tasks.map(() => [])
  cell.examples.forEach(({ task }, e) => {
    if (differences.every((values) => !Number.isNaN(values[e]))) ids[task].push(e)
  })
  if (ids.some((ofTask) => ofTask.length === 0)) return "a task has no test example that both rows predict"
  return {
    seeds: shared.length,
    unit: 100 / scale,
    tasks: ids.map((ofTask) => Float64Array.from(ofTask.flatMap((e) => differences.map((values) => values[e])))),
  }
}

function subtract(x: PerExample, y: PerExample, scale: number): Float64Array {
  return x.values.map((value, e) => value * (scale / x.scale) - y.values[e] * (scale / y.scale))
}
