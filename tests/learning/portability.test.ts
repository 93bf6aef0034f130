/** When porting paid: which text of which seed stands where, the rule, and one correction for a declaration. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { comparePaired } from "../../src/learning/comparison.ts"
import { figuresOf, macro } from "../../src/learning/intervals.ts"
import { judged, type Ported } from "../../src/learning/portability.ts"
import type { RightTexts } from "../../src/learning/portability_results.ts"
import { testDraws } from "./draws.ts"

const open = () => testDraws(7)

/** Of each start and budget the texts that were right, by task and seed. */
type Right = Readonly<Record<string, Readonly<Record<number, readonly (readonly string[])[]>>>>

const cellOf = (right: Right, more: Partial<Ported> = {}): Ported => {
  const starts = Object.keys(right)
  const steps = Object.keys(right[starts[0]]).map(Number)
  const tasks = right[starts[0]][steps[0]]
  return {
    portability: "porting",
    transfer: "carried",
    plugin: "skip",
    of: "low_rank",
    from: "teacher",
    on: "student",
    source: "topics",
    stream: "topics",
    tasks: tasks.map((_, t) => ({ task: `task ${t}`, from: `task ${t}` })),
    seeds: tasks[0].map((_, s) => 10 + s),
    steps,
    starts,
    examples: tasks.reduce((sum, [first]) => sum + first.length, 0),
    right: starts.flatMap((start) =>
      steps.flatMap((budget) =>
        right[start][budget].flatMap((seeds, task) =>
          seeds.map((texts, s): RightTexts => ({ start, steps: budget, task, seed: 10 + s, right: texts })),
        ),
      ),
    ),
    ...more,
  }
}

test("a text of a seed is compared with the same text of the same seed, of tasks of unlike size", () => {
  const ported = [
    ["1101", "0111", "1000"],
    ["10", "11", "01"],
  ]
  const scratch = [
    ["0101", "0010", "1100"],
    ["00", "10", "01"],
  ]
  const [cell] = judged([cellOf({ ported: { 4: ported }, scratch: { 4: scratch } })], open)
  // by hand: [text][seed] of each task
  const own = [Float64Array.of(1, 0, 1, 1, 1, 0, 0, 1, 0, 1, 1, 0), Float64Array.of(1, 1, 0, 0, 1, 1)]
  const others = [Float64Array.of(0, 0, 1, 1, 0, 1, 0, 1, 0, 1, 0, 0), Float64Array.of(0, 1, 0, 0, 0, 1)]
  const tasks = own.map((texts, t) => texts.map((right, k) => right - others[t][k]))
  const { standardError: _, ...expected } = comparePaired({ seeds: 3, unit: 100, tasks }, open())
  const { against, steps, corrected, finding, ...found } = cell.comparisons[0]
  assert.deepEqual(found, expected)
  assert.deepEqual([against, steps, corrected, finding], ["scratch", 4, expected.p, "open"])
  const percent = own.map((texts) => texts.map((right) => 100 * right))
  assert.deepEqual(cell.curves[0], {
    start: "ported",
    accuracy: figuresOf({ seeds: 3, figures: 1, tasks: percent }, [macro], open()),
  })
})

const TEXTS = 60
/** The first of them are right. */
const first = (count: number): readonly (readonly string[])[] => [["1".repeat(count).padEnd(TEXTS, "0")]]

/** The carried module and the fresh one, so many texts right at each budget. */
const against = (ported: readonly number[], scratch: readonly number[], more: Partial<Ported> = {}) => {
  const at = (counts: readonly number[]) => Object.fromEntries(counts.map((count, k) => [10 * k, first(count)]))
  return cellOf({ ported: at(ported), scratch: at(scratch) }, more)
}

test("porting paid where it paid at some budget and cost at none; the other way round it cost; both are mixed", () => {
  const verdict = (ported: readonly number[], scratch: readonly number[]) =>
    judged([against(ported, scratch)], open)[0].verdict!
  const findings = {
    paid: verdict([40, 40], [20, 40]),
    cost: verdict([20, 40], [40, 40]),
    mixed: verdict([40, 20], [20, 40]),
    open: verdict([40, 40], [39, 40]),
  }
  for (const [finding, one] of Object.entries(findings)) assert.equal(one.finding, finding, one.conclusion)
  assert.match(
    findings.paid.conclusion,
    /^Porting paid: low_rank of teacher, carried to student, is better than a fresh module at 0 steps by 33\.3 points \(95 % interval \+[\d.]+ to \+[\d.]+\), and worse at no budget; p corrected for 2 comparisons, conditional on these modules \(one seed\)\.$/,
  )
  assert.match(findings.cost.conclusion, /^Porting cost: .* by 33\.3 points \(95 % interval -[\d.]+ to -[\d.]+\)/)
  assert.match(findings.mixed.conclusion, /better than a fresh module at 0 steps by .*, and worse at 10 steps by /)
  assert.match(findings.open.conclusion, /^Nothing is shown: .* not to say that they are equal/)
})

test("all cells of a declaration share one correction; what could not be carried has no comparison and no verdict", () => {
  // 8 texts gained and none lost: p = 2 / 2^8 = 0.0078, which stands alone, and not among ten comparisons.
  const gained = against([28], [20])
  const same = Array.from({ length: 9 }, () => against([20], [20]))
  const lacking = against([20], [20], { notDefined: "the source has nothing there", right: [] })
  const [alone, none] = judged([gained, lacking], open)
  const [among, ...others] = judged([gained, ...same], open)
  const [{ p, corrected }] = alone.comparisons
  assert.ok(Math.abs(p - 2 / 2 ** 8) < 1e-12 && corrected === p, `${p}, ${corrected}`)
  assert.ok(Math.abs(among.comparisons[0].corrected - 10 * p) < 1e-12, `${among.comparisons[0].corrected}`)
  assert.deepEqual([alone.verdict!.finding, among.verdict!.finding], ["paid", "open"])
  assert.equal(others.length, 9)
  assert.deepEqual([none.curves, none.comparisons, none.verdict], [[], [], undefined])
})

test("other starts than a fresh module are compared, and say nothing about whether porting paid", () => {
  const [cell] = judged([cellOf({ ported: { 0: first(40) }, permuted: { 0: first(10) } })], open)
  assert.deepEqual(
    cell.comparisons.map(({ against: other, finding }) => [other, finding]),
    [["permuted", "paid"]],
  )
  assert.equal(cell.verdict, undefined)
})
