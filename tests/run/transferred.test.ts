/** Transfers in specs, through whole runs: what is trained where, from where, for how long; and what the checker knows of them. */
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import type { Cell } from "../../src/learning/results.ts"
import type { Artifact } from "../../src/plan/step.ts"
import { openStore } from "../../src/run/store/index.ts"
import { checkSource } from "../../src/source.ts"
import { type Ran, ran } from "../examples/shrunk.ts"
import { writeSibling, writeTasks } from "./siblings.ts"

const place = mkdtempSync(join(tmpdir(), "l2r-transferred-"))
after(() => rmSync(place, { recursive: true, force: true }))

const spec = (experiment: string, more = "") => `language 1
backbone deep = bert ${JSON.stringify(join(place, "deep"))} { max_tokens: 12 }
backbone shallow = bert ${JSON.stringify(join(place, "shallow"))} { max_tokens: 12 }
backbone wide = bert ${JSON.stringify(join(place, "wide"))} { max_tokens: 12 }
data made = jsonl ${JSON.stringify(join(place, "data"))}
stream both { tasks: made[first, second] }
memory few = random { per_class: 4 }
adapter low_rank = lora { rank: 2, alpha: 4 }
adapter narrow = bottleneck { reduction: 4 }
train brief { epochs: 3, batch: 12, learning_rate: 1e-2, schedule: constant }
train long = brief { epochs: 4 }
transfer kept = skip { of: low_rank, from: shallow, steps: 0 }
transfer shrunk = average { of: low_rank, from: deep, train: long, steps: sweep [0, 5] }
transfer matched = correlation { of: low_rank, from: wide, head: fresh }
router spectral = arrow { head: kept }
${more}experiment carried {
  on: shallow, stream: both, train: brief, seeds: 1
  ${experiment}
}
`
const source = (text: string) => ({ file: "transferred.l2r", text, directory: place })

let run: Ran
before(async () => {
  for (const [name, sibling] of Object.entries({ deep: { layers: 4 }, shallow: {}, wide: { width: 20, seed: 3 } }))
    await writeSibling(join(place, name), sibling)
  writeTasks(join(place, "data"))
  const rows = "adapters: [low_rank, kept, shrunk, matched], routers: spectral, bounds: [oracle, uniform]"
  run = await ran(source(spec(rows)) as never, join(place, "store"))
})

const cell = (adapter: string): Cell => run.results.cells.find((one) => one.adapter === adapter) as Cell
const artifact = (label: RegExp): Artifact => {
  const found = run.planned.steps.filter((step) => label.test(step.label))
  assert.equal(found.length, 1, `${label}: ${found.map((step) => step.label)}`)
  return openStore(join(place, "store")).read(found[0].key)
}

test("each transfer is an entry among the adapters, whose sweeps are variants", () => {
  assert.deepEqual(
    run.results.cells.map(({ adapter }) => adapter),
    ["low_rank", "kept", "shrunk[steps=0]", "shrunk[steps=5]", "matched"],
  )
  for (const { rows } of run.results.cells) for (const row of rows) assert.equal(row.notDefined, undefined)
  assert.deepEqual(
    Object.keys(run.results.provenance.dataDigests)
      .filter((name) => name.startsWith("backbone"))
      .map((name) => name.split("/").at(-1)),
    ["shallow", "deep", "wide"],
  )
})

test("a module is trained on the source once, carried, and trained on for the steps that are asked for", () => {
  const kinds = Map.groupBy(run.planned.steps, ({ kind }) => kind)
  // Two tasks: low_rank, which `kept` begins with, on three backbones; and the carried ones.
  assert.equal(kinds.get("module")!.length, 2 * 3 + 2 * 4)
  assert.equal(kinds.get("port")!.length, 2 * 3)
  const losses = (label: RegExp) => artifact(label).arrays["loss/steps"].data.length
  assert.equal(losses(/^module first · kept/), 0)
  assert.equal(losses(/^module first · shrunk\[steps=5\]/), 5)
  assert.equal(losses(/^module first · matched/), 3 * 6)
  assert.equal(losses(/^module first · low_rank on deep/), 4 * 6)
})

test("carried to the backbone it comes from and used as it is, a module is the one that was trained, with a head that is fitted anew", () => {
  const [before, after] = [artifact(/^module first · low_rank · seed/), artifact(/^module first · kept/)]
  const own = Object.keys(before.arrays).filter((name) => name.startsWith("layer."))
  assert.ok(own.length === 8)
  for (const name of own) assert.deepEqual(after.arrays[name], before.arrays[name])
  assert.notDeepEqual(after.arrays["head/W"], before.arrays["head/W"])
  // Three classes.
  const accuracy = (adapter: string) =>
    cell(adapter).summary.find(({ row }) => row === "oracle")!.taskIncremental!.value
  assert.ok(accuracy("kept") > 50 && accuracy("low_rank") > 50, `${accuracy("kept")}, ${accuracy("low_rank")}`)
})

test("AVG through a run: factors are the means of every two blocks", () => {
  const [before, after] = [
    artifact(/^module second · low_rank on deep/),
    artifact(/^module second · shrunk\[steps=0\]/),
  ]
  for (const layer of [0, 1])
    for (const name of ["A", "B"]) {
      const [a, b] = [0, 1].map((k) => before.arrays[`layer.${2 * layer + k}.attention.query/${name}`].data)
      const expected = Float32Array.from(a as Float32Array, (x, i) => (x + Number(b[i])) / 2)
      assert.deepEqual(after.arrays[`layer.${layer}.attention.query/${name}`].data, expected)
    }
})

test("a transfer that can't be done ends with what to do", async () => {
  const text = spec("adapters: across, bounds: oracle", "transfer across = skip { of: narrow, from: wide }\n")
  await assert.rejects(
    ran(source(text) as never, join(place, "store")),
    /shape \[20, 5\] on the source and \[16, 4\] on the target/,
  )
})

test("the checker knows transfers", async () => {
  const problems = async (text: string) =>
    (await checkSource(source(text) as never)).diagnostics.map(({ code, message }) => `${code} ${message}`).join("\n")
  const rows = "adapters: kept, routers: spectral, bounds: oracle"
  assert.doesNotMatch(await problems(spec(rows)), /kept/)
  assert.match(
    await problems(spec(rows).replace("of: low_rank, from: shallow", "from: shallow")),
    /L2R0403 .*needs `of`/,
  )
  assert.match(await problems(spec(rows).replace("from: shallow, steps", "from: few, steps")), /L2R0305 .*few/)
  assert.match(
    await problems(spec(rows).replace("of: low_rank, from: shallow", "of: narrow, from: shallow")),
    /L2R0511 .*spectral/,
  )
  assert.match(
    await problems(spec(rows).replace("train brief {", "train brief { earlier: summed,")),
    /L2R0536 .*`kept` carries over modules/,
  )
  assert.match(await problems(spec(rows).replace("steps: 0", "steps: -1")), /L2R040\d .*steps/)
})

test("trains that are not in isolation are refused by the plan, too", async () => {
  const text = spec(
    "adapters: beside, bounds: oracle",
    "train near = brief { earlier: summed }\ntransfer beside = skip { of: low_rank, from: deep, train: near }\n",
  )
  await assert.rejects(ran(source(text) as never, join(place, "store")), /`near` trains each beside those before it/)
})
