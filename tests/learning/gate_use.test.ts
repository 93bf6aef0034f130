/** How units use modules, by task and over all; when a router is said to have collapsed, or to load its modules unevenly. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { gateUse } from "../../src/learning/gate_use.ts"
import { mutualInformation, normalisedEntropy, rightMass, utilisation } from "../../src/learning/metrics/index.ts"
import type { GateUse, Row } from "../../src/learning/results.ts"
import { BALANCE, COLLAPSE, routingWarnings } from "../../src/learning/routing_warnings.ts"

/** A row with one stage: the gates [unit][modules] of test examples of some tasks. */
const routed = (tasks: readonly number[], gates: readonly (readonly (readonly number[])[])[]) => {
  const modules = gates[0][0].map((_, m) => `m${m}`)
  const row = {
    stages: [
      {
        index: modules.length - 1,
        predictions: { example: [...tasks.keys()], classIncremental: [], taskIncremental: [], chosen: [] },
        gates: {
          units: gates[0].map((_, u) => `layer.${u}`),
          modules,
          granularity: "example",
          mean: gates,
          entropy: gates.map((units) => units.map(normalisedEntropy)),
        },
      },
    ],
  } as unknown as Row
  return { cell: { examples: tasks.map((task, i) => ({ task, class: 0, id: `x${i}` })) }, row }
}
const near = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) < 1e-5, `${actual}, ${expected}`)

test("hand-computed: two tasks of unequal size count alike", () => {
  const { cell, row } = routed([0, 0, 0, 1], [[[1, 0]], [[1, 0]], [[0, 1]], [[0.5, 0.5]]])
  const [unit] = gateUse(cell, [row])!.units
  const [first, second] = unit.tasks
  near(first.shares[0], 2 / 3)
  assert.deepEqual([first.entropy, second.entropy], [0, 1])
  near(first.right, 2 / 3)
  assert.deepEqual(second, { task: 1, shares: [0.5, 0.5], own: 0.5, entropy: 1, right: 0 }) // of equals the first is largest
  near(unit.shares[0], (2 / 3 + 1 / 2) / 2)
  near(unit.own, (2 / 3 + 1 / 2) / 2)
  const H = (p: number) => -p * Math.log(p) - (1 - p) * Math.log(1 - p)
  near(unit.mutualInformation, H(7 / 12) - Math.log(2) / 2)
  near(unit.inUse, Math.exp(H(7 / 12)))
})

const random = [0.11, 0.62, 0.27, 0.93, 0.45, 0.08, 0.71, 0.36, 0.54, 0.89, 0.19, 0.77]
test("of tasks of one size it is what the metrics say of all examples, unit by unit; signed gates count by their size", () => {
  const tasks = [0, 1, 2, 0, 1, 2]
  const gates = tasks.map((_, i) =>
    [0, 1].map((u) => [0, 1, 2].map((m) => random[(5 * i + 3 * u + 7 * m) % 12] * (u === 1 && m === i % 3 ? -1 : 1))),
  )
  const { cell, row } = routed(tasks, gates)
  gateUse(cell, [row])!.units.forEach((unit, u) => {
    const own = gates.map((units) => units[u])
    utilisation(own).forEach((share, m) => near(unit.shares[m], share))
    near(unit.mutualInformation, mutualInformation(own))
    near(unit.own, own.reduce((sum, gate, i) => sum + rightMass([gate], tasks[i]), 0) / own.length)
    const size = (gate: readonly number[]) => gate.map(Math.abs)
    assert.deepEqual([...utilisation(own)], [...utilisation(own.map(size))])
    near(unit.entropy, own.reduce((sum, gate) => sum + normalisedEntropy(size(gate)), 0) / own.length)
  })
})

test("seeds are averaged; no gates, no use", () => {
  const one = routed([0, 1], [[[1, 0]], [[0, 1]]])
  const other = routed([0, 1], [[[0, 1]], [[0, 1]]])
  const [unit] = gateUse(one.cell, [one.row, other.row])!.units
  assert.deepEqual([unit.own, unit.shares[1]], [0.75, 0.75])
  near(unit.inUse, 1.5)
  near(unit.mutualInformation, Math.log(2) / 2)
  assert.equal(gateUse(one.cell, [{ stages: [] } as unknown as Row]), undefined)
})

const use = (...units: readonly (readonly number[])[]): GateUse => ({
  modules: units[0].map((_, m) => `m${m}`),
  granularity: "example",
  units: units.map((shares, u) => ({
    unit: `layer.${u}`,
    shares,
    own: 0,
    entropy: 0,
    right: 0,
    mutualInformation: 0,
    inUse: Math.exp(shares.reduce((sum, p) => sum - (p > 0 ? p * Math.log(p) : 0), 0)),
    tasks: [],
  })),
})
const EVEN = [0.25, 0.25, 0.25, 0.25]
const warned = (...units: readonly (readonly number[])[]) => routingWarnings(use(...units), { source: "weights" })

test("collapse: one module has nearly all, at the threshold and above it; the layer, the module and a remedy are named", () => {
  const above = [1 - COLLAPSE, COLLAPSE, 0, 0]
  const [said, ...others] = warned(EVEN, above)
  assert.deepEqual(others, [])
  assert.match(said, /^collapsed at layer\.1: 95\.0 % or more of the gates go to the module "m1".*; try a higher `temp/)
  assert.match(warned(above, above)[0], /at all 2 routing units/)
  assert.match(warned(above)[0], /^collapsed: /)
  const below = [1 - COLLAPSE + 0.001, COLLAPSE - 0.001, 0, 0]
  assert.match(warned(EVEN, below)[0], /^unbalanced load at layer\.1/)
  assert.equal(warned([0, 1, 0, 0], [1, 0, 0, 0], EVEN).length, 2, "two modules, two warnings")
})

test("imbalance: fewer than half of the modules in use, just below the threshold and not above it", () => {
  const load = (share: number) => [share, (1 - share) / 3, (1 - share) / 3, (1 - share) / 3]
  const inUse = (share: number) => use(load(share)).units[0].inUse
  const [more, less] = [0.77, 0.82]
  assert.ok(inUse(more) > BALANCE * 4 && inUse(less) < BALANCE * 4)
  assert.deepEqual(warned(load(more), EVEN), [])
  assert.match(warned(load(less), EVEN)[0], /^unbalanced load at layer\.0: .* no more than 2\.0 of 4 modules/)
  assert.deepEqual(routingWarnings(use([1]), { source: "none" }), [], "one module is all there is")
})
