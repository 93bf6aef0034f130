/** Portability through whole runs: what is carried where, what it is set against, and when porting paid. */
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import type { PortabilityCell } from "../../src/learning/index.ts"
import { isResultsProblem, readResults, reportHtml, resultsJson, terminalReport } from "../../src/report/index.ts"
import { checkSource } from "../../src/source.ts"
import { checked, type Ran, ran } from "../examples/shrunk.ts"
import { writeSibling, writeTasks } from "./siblings.ts"

const place = mkdtempSync(join(tmpdir(), "l2r-portability-"))
after(() => rmSync(place, { recursive: true, force: true }))

const spec = (portability: string, more = "") => `language 1
backbone teacher = bert ${JSON.stringify(join(place, "teacher"))} { max_tokens: 12 }
backbone twin = bert ${JSON.stringify(join(place, "twin"))} { max_tokens: 12 }
backbone wide = bert ${JSON.stringify(join(place, "wide"))} { max_tokens: 12 }
data made = jsonl ${JSON.stringify(join(place, "data"))}
stream both { tasks: made[first, second] }
stream turned { tasks: made[second, first] }
stream single { tasks: made[first] }
stream three { tasks: made[first, second, third] }
adapter low_rank = lora { rank: 4, alpha: 8, targets: [query, value, intermediate, output] }
adapter kron = compacter { reduction: 4, n: 2 }
train brief { epochs: 4, batch: 12, learning_rate: 1e-2, schedule: constant }
train long = brief { epochs: 20 }
transfer matched = correlation { of: low_rank, from: teacher, train: long }
transfer small = correlation { of: sweep [low_rank, kron], from: teacher }
transfer plain = skip { of: low_rank, from: teacher, train: long }
${more}portability porting {
  stream: both, train: brief
  ${portability}
}
`
const source = (text: string) => ({ file: "portability.l2r", text, directory: place })

let run: Ran
before(async () => {
  // The twin is the teacher with its features in another order: what is matched right does there what it did.
  for (const [name, sibling] of Object.entries({ teacher: {}, twin: { shuffled: true }, wide: { width: 20, seed: 3 } }))
    await writeSibling(join(place, name), sibling)
  writeTasks(join(place, "data"), ["first", "second", "third"], 80, 100)
  const text = spec("transfers: [matched, plain], on: twin, steps: [0, 4]")
  run = await ran(source(text) as never, join(place, "store"))
})

const cells = (): readonly PortabilityCell[] => run.results.portabilities!
const cell = (transfer: string, on: string): PortabilityCell =>
  cells().find((one) => one.transfer === transfer && one.on === on)!
const at = (one: PortabilityCell, start: string, steps: number) =>
  one.curves.find((curve) => curve.start === start)!.accuracy[one.steps.indexOf(steps)].value

test("a cell for each transfer and backbone, and what can't be carried says why", async () => {
  const { results } = await ran(
    source(spec("transfers: [small, plain], on: wide, steps: 0, against: scratch")) as never,
    join(place, "store"),
  )
  assert.deepEqual(results.cells, [])
  const [low, kron, plain] = results.portabilities!
  assert.equal(results.portabilities!.length, 3)
  assert.equal(low.notDefined, undefined)
  assert.match(kron.notDefined!, /compacter does not say which axes/)
  assert.match(plain.notDefined!, /\[16, 4\] on the source and \[20, 4\]/)
  assert.deepEqual([plain.right, plain.curves, plain.comparisons, plain.verdict], [[], [], [], undefined])
  const printed = terminalReport(results, [], terminal)
  assert.match(
    printed,
    /porting \/ small\[of=kron\]: kron by correlation, teacher to wide; both: 2 tasks, 1 seed\n\nnot defined \(/,
  )
  assert.match(await reportHtml(results), /Not defined: skip: lora has A at/)
})

test("every start is trained for each budget of steps, on the same texts", () => {
  const one = cell("matched", "twin")
  assert.deepEqual(one.starts, ["ported", "scratch", "resampled", "permuted"])
  assert.equal(one.right.length, 4 * 2 * 2)
  assert.ok(one.right.every(({ right }) => /^[01]{300}$/.test(right)))
  assert.equal(one.examples, 600)
  assert.equal(one.comparisons.length, 3 * 2)
  const kinds = Map.groupBy(run.planned.steps, ({ kind }) => kind)
  const trained = kinds.get("module")!.filter(({ options }) => !("start" in (options as object)))
  assert.equal(trained.length, 2, "the two tasks' modules on the teacher, for both transfers")
  const fresh = kinds.get("module")!.filter(({ label }) => /scratch · 4 steps/.test(label))
  assert.equal(fresh.length, 2, "a fresh module depends on no transfer")
})

test("onto the twin, matched by what features do, porting pays without a step; taken number by number it does not", () => {
  const matched = cell("matched", "twin")
  const gain = at(matched, "ported", 0) - at(matched, "scratch", 0)
  assert.ok(gain > 5, `${gain}`)
  assert.equal(matched.verdict!.finding, "paid", matched.verdict!.conclusion)
  assert.match(
    matched.verdict!.conclusion,
    /^Porting paid: low_rank of teacher, carried to twin, is better than a fresh module at 0 steps by/,
  )
  const zero = matched.comparisons.find(({ against, steps }) => against === "scratch" && steps === 0)!
  assert.ok(Math.abs(zero.difference - gain) < 1e-9 && zero.interval[0] > 0 && zero.corrected < 0.05)
  const plain = cell("plain", "twin")
  assert.ok(at(plain, "ported", 0) < at(matched, "ported", 0) - 5)
  assert.notEqual(plain.verdict!.finding, "paid", plain.verdict!.conclusion)
  for (const other of ["resampled", "permuted"]) assert.ok(at(matched, other, 0) < at(matched, "ported", 0) - 5, other)
})

const terminal = { columns: 100, plain: true }

test("results are read again, and stand on the terminal and on the page", async () => {
  const text = [...resultsJson(run.results)].join("")
  const read = readResults(text, "results.json")
  assert.ok(!isResultsProblem(read), JSON.stringify(read))
  assert.deepEqual(read.portabilities, JSON.parse(text).portabilities)
  const broken = readResults(text.replace(/"finding":"\w+"/, '"finding":1'), "results.json")
  assert.ok(isResultsProblem(broken) && /portabilities\[\d+\]\..*finding/.test(broken.message))
  const printed = terminalReport(run.results, [], terminal)
  const html = await reportHtml(run.results)
  for (const [what, page] of [
    ["terminal", printed],
    ["page", html],
  ] as const) {
    assert.match(page, /porting \/ matched: low_rank by correlation, teacher to twin; both/, what)
    assert.match(page, /Porting paid: low_rank/, what)
  }
  assert.match(printed, /^Start +0 steps +4 steps$/m)
  assert.match(html, /ported: [\d.]+ after 0 steps, [\d.]+ after 4 steps/)
  for (const line of printed.split("\n")) assert.ok(line.length <= 100, line)
})

test("what is finished is not computed again; another budget computes its own trainings alone", async () => {
  const text = spec("transfers: plain, on: twin, steps: [0, 4, 6], against: scratch, seeds: 1")
  const again = await ran(source(text) as never, join(place, "store"))
  const computed = [...again.computed.values()]
  assert.ok(computed.length > 0 && computed.every((label) => /6 steps|portability/.test(label)), computed.join("\n"))
  assert.deepEqual(again.results.portabilities![0].starts, ["ported", "scratch"])
})

test("the checker knows portabilities", async () => {
  const problems = async (text: string) =>
    (await checkSource(source(text) as never)).diagnostics
      .filter(({ severity }) => severity !== "hint")
      .map(({ code, message }) => `${code} ${message}`)
      .join("\n")
  const whole = "transfers: [matched, plain], on: [twin, wide], sources: [both, turned], steps: [0, 4]"
  assert.doesNotMatch(await problems(spec(whole)), /L2R0[0-4]|matched|porting|turned/)
  assert.match(await problems(spec("on: twin, steps: 0")), /L2R0403 .*needs `transfers`/)
  assert.match(await problems(spec(`${whole}, seed: 1`)), /L2R0401 `seed`/)
  assert.match(await problems(spec(whole.replace("[0, 4]", "[0, -4]"))), /L2R0405/)
  assert.match(await problems(spec(whole.replace("[0, 4]", "[4, 4]"))), /L2R0505 .*4/)
  assert.match(await problems(spec(whole.replace("[both, turned]", "[both, both]"))), /L2R0505 .*both/)
  assert.match(await problems(spec(whole.replace("[matched, plain]", "low_rank"))), /L2R0305 .*low_rank/)
  assert.match(await problems(spec(whole).replace("train brief {", "train brief { earlier: summed,")), /L2R0536/)
  const { portabilities } = await checked(source(spec(whole)) as never)
  assert.deepEqual(portabilities.porting.transfers, ["matched", "plain"])
  assert.deepEqual(portabilities.porting.against, ["scratch", "resampled", "permuted"])
})

test("modules of other data are carried task by task; sources are as many as tasks, or one for all", async () => {
  const other = await ran(
    source(spec("transfers: plain, on: twin, sources: [both, turned], steps: 0, against: scratch")) as never,
    join(place, "store"),
  )
  const [same, turned] = other.results.portabilities!
  assert.deepEqual(turned.tasks, [
    { task: "first", from: "second" },
    { task: "second", from: "first" },
  ])
  const fresh = (one: PortabilityCell) => one.right.filter(({ start }) => start === "scratch")
  assert.deepEqual(fresh(turned), fresh(same), "fresh modules are the same")
  const one = await ran(
    source(spec("transfers: plain, on: twin, sources: single, steps: 0, against: scratch")) as never,
    join(place, "store"),
  )
  assert.deepEqual(
    one.results.portabilities![0].tasks.map(({ from }) => from),
    ["first", "first"],
  )
  const text = spec("transfers: plain, on: twin, sources: three, steps: 0")
  await assert.rejects(
    ran(source(text) as never, join(place, "store")),
    /the 3 tasks of `three` to the 2 tasks of `both`/,
  )
})
