/** The reproduction: its specs hold every row that a claim asks for, its rule is that of the page, and the page is that of what is recorded. */
import assert from "node:assert/strict"
import { existsSync, readFileSync } from "node:fs"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { readSource } from "../../src/compile.ts"
import type { Cell, Results } from "../../src/learning/results.ts"
import { checkSource } from "../../src/source.ts"
import { DATA } from "./claim.ts"
import { CLAIMS } from "./claims.ts"
import { apart, EXPERT_CLAIMS } from "./expert_claims.ts"
import { whichRouter } from "./guide.ts"
import { outcomesOf } from "./outcome.ts"
import { reproductionPage } from "./page.ts"
import { PORTED_CLAIMS } from "./ported_claims.ts"
import { recordedRuns } from "./recorded.ts"
import { verdictOf } from "./verdict.ts"

const specOf = async (file: string) => {
  const { spec, diagnostics } = await checkSource(readSource(fileURLToPath(new URL(file, import.meta.url))))
  assert.ok(spec, JSON.stringify(diagnostics))
  return spec
}

test("verdicts follow the rule at its borders", () => {
  assert.equal(verdictOf([0.1, 3], 1), "holds strictly")
  assert.equal(verdictOf([0, 3], 1), "holds")
  assert.equal(verdictOf([-0.9, 3], 1), "holds")
  assert.equal(verdictOf([-1, 3], 1), "undecided")
  assert.equal(verdictOf([-4, -1], 1), "undecided")
  assert.equal(verdictOf([-4, -1.1], 1), "does not hold")
  assert.equal(verdictOf([-4, -1.1], 5), "holds")
})

test("claims have names of their own", () => {
  assert.equal(new Set(CLAIMS.map(({ id }) => id)).size, CLAIMS.length)
})

for (const data of DATA)
  test(`the spec of ${data} has every row that a claim asks for`, async () => {
    const spec = await specOf(`${data}.l2r`)
    for (const { left, right, adapters } of CLAIMS.filter(({ on }) => on.includes(data)))
      for (const { experiment, row } of [left, right]) {
        const planned = spec.experiments[experiment]
        assert.ok([...planned.routers, ...planned.bounds].includes(row), `${experiment} has no ${row}`)
        for (const adapter of adapters) assert.ok(planned.adapters.includes(adapter), `${experiment} has no ${adapter}`)
      }
  })

test("examples/13_portability has the transfers that its claims speak of, on three seeds", async () => {
  const spec = await specOf("../../examples/13_portability/spec.l2r")
  const plugins = new Set(Object.values(spec.transfers).map(({ plugin }) => plugin.name))
  for (const { id, plugins: asked } of PORTED_CLAIMS) for (const plugin of asked) assert.ok(plugins.has(plugin), id)
  for (const { seeds } of Object.values(spec.portabilities)) assert.equal(seeds.length, 3)
})

test("examples/12_moduleformer has the models and the shares that its claims speak of", async () => {
  const spec = await specOf("../../examples/12_moduleformer/spec.l2r")
  for (const { id, study, left, right } of EXPERT_CLAIMS)
    for (const { model } of [left, right]) assert.ok(spec.studies[study].models.includes(model), `${id}: ${model}`)
})

test("two figures are apart where their intervals are", () => {
  const figure = (low: number, high: number) => ({ value: (low + high) / 2, interval: [low, high] as const })
  assert.equal(apart(figure(1, 2), figure(3, 4), "lower"), "holds strictly")
  assert.equal(apart(figure(1, 2), figure(3, 4), "higher"), "does not hold")
  assert.equal(apart(figure(1, 3), figure(3, 4), "lower"), "undecided")
  assert.equal(apart(figure(3.1, 4), figure(1, 3), "higher"), "holds strictly")
})

test("REPRODUCTION.md is that of what is recorded (else run tests/reproduction/page.ts)", () => {
  const page = new URL("../../REPRODUCTION.md", import.meta.url)
  assert.equal(existsSync(page) ? readFileSync(page, "utf8") : "", reproductionPage())
})

test("docs/which_router.md is that of what is recorded (else run tests/reproduction/guide.ts)", () => {
  const page = new URL("../../docs/which_router.md", import.meta.url)
  assert.equal(existsSync(page) ? readFileSync(page, "utf8") : "", whichRouter(recordedRuns()))
})

test("an outcome pairs two rows on the same texts, also of two experiments", () => {
  const claim = { ...CLAIMS.find(({ id }) => id === "C4")!, adapters: ["low_rank"] as const }
  const cell = (experiment: string, right: (e: number, seed: number) => boolean): Cell =>
    ({
      experiment,
      adapter: "low_rank",
      order: "written",
      tasks: ["a", "b"],
      classes: [
        { task: 0, label: "x" },
        { task: 1, label: "y" },
      ],
      examples: Array.from({ length: 40 }, (_, e) => ({ task: e % 2, class: e % 2, id: String(e) })),
      rows: [1, 2].map((seed) => ({
        name: "learnt",
        head: "kept",
        seed,
        source: "memory",
        how: "composes",
        knowsTask: false,
        stages: [
          {
            index: 1,
            predictions: {
              example: Array.from({ length: 40 }, (_, e) => e),
              classIncremental: Array.from({ length: 40 }, (_, e) => (right(e, seed) ? e % 2 : 1 - (e % 2))),
              taskIncremental: Array.from({ length: 40 }, (_, e) => e % 2),
              chosen: new Array(40).fill(-1),
            },
          },
        ],
      })),
      summary: [{ row: "learnt", head: "kept", classIncremental: { value: 75 } }],
      comparisons: [],
    }) as unknown as Cell
  const results = {
    cells: [cell("routing", (e) => e % 4 < 3), cell("unisolated", (e) => e % 4 < 2)],
  } as unknown as Results
  const [outcome] = outcomesOf(claim, "hwu64", results)
  assert.equal(outcome.difference, 25)
  assert.equal(outcome.seeds, 2)
  assert.equal(outcome.examples, 40)
  assert.equal(outcome.verdict, "holds strictly")
  assert.throws(() => outcomesOf(claim, "hwu64", { cells: [results.cells[0]] }), /lack the experiment unisolated/)
})
