/**
 * Libraries of groups, through whole runs: three pairs of tasks that share their rule, which MBC finds by the modules alone;
 * routers over three modules for six tasks; one group a task, which changes nothing; what is not defined, and what is reused.
 */
import assert from "node:assert/strict"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import type { Cell, Row } from "../../src/learning/results.ts"
import { randomStream } from "../../src/plugin/index.ts"
import { groupsNote } from "../../src/report/groups.ts"
import { isResultsProblem, readResults, reportHtml, resultsJson } from "../../src/report/index.ts"
import { checkSource } from "../../src/source.ts"
import { folder, type Ran, ran, smallBackbone } from "../examples/shrunk.ts"
import { forget } from "../kill/forget.ts"

const place = mkdtempSync(join(tmpdir(), "l2r-grouped-"))
after(() => rmSync(place, { recursive: true, force: true }))

/** Words whose meaning the three rules turn: a text has one of them, and words of its pair. */
const SIGNS = ["wing", "leaf", "root"]
const PAIRS: Readonly<Record<string, { readonly words: readonly string[]; readonly rule: readonly number[] }>> = {
  a: { words: ["animal", "bird", "fish"], rule: [0, 1, 2] },
  b: { words: ["house", "stone", "metal"], rule: [1, 2, 0] },
  c: { words: ["person", "mind", "feeling"], rule: [2, 0, 1] },
}
const TASKS = ["a1", "b1", "c1", "a2", "b2", "c2"]

const written = (task: string, split: string, each: number): string => {
  const { words, rule } = PAIRS[task[0]]
  const random = randomStream(1, task, split)
  const one = (sign: number) =>
    random.shuffle([SIGNS[sign], SIGNS[sign], ...Array.from({ length: 4 }, () => words[random.below(words.length)])])
  return SIGNS.flatMap((_, sign) =>
    Array.from({ length: each }, () => ({ text: one(sign).join(" "), label: `is ${rule[sign]}` })),
  )
    .map((row) => `${JSON.stringify(row)}\n`)
    .join("")
}

const spec = (experiment: string, more = "") => `language 1
backbone encoder = bert ${JSON.stringify(join(place, "backbone"))} { max_tokens: 12 }
data made = jsonl ${JSON.stringify(join(place, "data"))}
stream pairs { tasks: made[${TASKS.join(", ")}]${more} }
memory few = random { per_class: 4 }
adapter low_rank = lora { rank: 4, alpha: 8, targets: [query, value] }
grouping clustered = mbc { of: low_rank, clusters: 3, sparsity: 50% }
grouping apart = mbc { of: low_rank, clusters: 10 }
train brief { epochs: 12, batch: 8, learning_rate: 2e-2, schedule: constant, initialisation: shared }
router near = similarity { statistic: task_gaussian, memory: few, shrinkage: 0.5 }
router spectral = arrow { head: kept }
router learnt = l2r { memory: few, epochs: 10, head: kept }
router shared = sapt { memory: few, head: kept }
router goose = phatgoose { head: kept, epochs: 2 }
composition one = uniform_merge { head: kept }
experiment library {
  on: encoder, stream: pairs, train: brief, seeds: 1
  ${experiment}
}
`

const source = (text: string) => ({ file: "grouped.l2r", text, directory: place })

const elsewhere =
  (process.versions.bun ?? process.versions.deno) !== undefined &&
  "the same steps on each runtime: here those on texts that are answered, and on labels that are shared"

let run: Ran
let reversed: Ran
before(async () => {
  await smallBackbone(join(place, "backbone"))
  for (const task of TASKS) {
    mkdirSync(join(place, "data", task), { recursive: true })
    writeFileSync(join(place, "data", task, "train.jsonl"), written(task, "train", 16))
    writeFileSync(join(place, "data", task, "test.jsonl"), written(task, "test", 6))
  }
  if (elsewhere) return
  const rows = "routers: [near, spectral, learnt, shared, goose], compositions: one, bounds: [oracle, uniform]"
  run = await ran(source(spec(`adapters: [low_rank, clustered, apart], ${rows}`)) as never, join(place, "store"))
  const other = spec("adapters: clustered, bounds: oracle", ", orders: reversed")
  reversed = await ran(source(other) as never, join(place, "store"))
})

const cell = (adapter: string): Cell => run.results.cells.find((one) => one.adapter === adapter) as Cell
const row = (name: string, adapter = "clustered"): Row => cell(adapter).rows.find((one) => one.name === name) as Row
const summary = (name: string, adapter = "clustered") => cell(adapter).summary.find((one) => one.row === name)!

test("MBC finds the pairs, once both of a pair were learnt, in every order", { skip: elsewhere }, async () => {
  assert.deepEqual(
    row("oracle").stages.map(({ moduleOf }) => moduleOf),
    [[0], [0, 1], [0, 1, 2], [0, 1, 2, 0], [0, 1, 2, 0, 1], [0, 1, 2, 0, 1, 2]],
  )
  assert.deepEqual(reversed.results.cells[0].rows[0].stages.at(-1)!.moduleOf, [0, 1, 2, 0, 1, 2])
  assert.deepEqual(row("near").stages.at(-1)!.gates!.modules, ["a1+a2", "b1+b2", "c1+c2"])
  assert.equal(row("oracle", "low_rank").stages.at(-1)!.moduleOf, undefined)
  assert.match(groupsNote(cell("clustered")), /: a1\+a2, b1\+b2, c1\+c2\.$/)
  assert.equal(groupsNote(cell("low_rank")), "")
  const page = await reportHtml(run.results)
  assert.ok(page.includes("a1+a2, b1+b2, c1+c2"))
  assert.equal(isResultsProblem(readResults([...resultsJson(run.results)].join(""), "results.json")), false)
})

test("routers are credited for the module of the group, and choose among its tasks' classes", {
  skip: elsewhere,
}, () => {
  assert.equal(summary("oracle").routerAccuracy!.value, 100)
  const { value } = summary("near").routerAccuracy!
  assert.ok(value >= 95, `the pair of a text is plain from its words: ${value}`)
  // On modules apart, the two tasks of a pair can't be told from each other.
  assert.ok(summary("near", "low_rank").routerAccuracy!.value <= 75)
  for (const name of ["oracle", "near"]) {
    const { value: within } = summary(name).taskIncremental!
    assert.ok(within >= 90, `${name}: ${within}, told the task`)
  }
  for (const name of ["spectral", "learnt", "goose", "uniform", "one"]) {
    const last = row(name).stages.at(-1)!
    assert.equal(last.gates?.modules.length ?? 3, 3, name)
    assert.ok(
      last.predictions.classIncremental.every((c) => c >= 0 && c < 18),
      name,
    )
  }
  for (const { predictions } of row("near").stages.slice(-1))
    predictions.classIncremental.forEach((c, k) => {
      const { task } = cell("clustered").classes[c]
      assert.equal(
        row("near").stages.at(-1)!.moduleOf![task],
        predictions.chosen[k],
        "a class of the chosen module's tasks",
      )
    })
})

test("a group for each task is the library of modules apart, number by number", { skip: elsewhere }, () => {
  for (const name of ["oracle", "near", "spectral", "learnt", "goose", "one"]) {
    const [grouped, plain] = [row(name, "apart"), row(name, "low_rank")]
    assert.deepEqual(
      grouped.stages.map(({ predictions }) => predictions),
      plain.stages.map(({ predictions }) => predictions),
      name,
    )
    assert.deepEqual(
      grouped.stages.map(({ gates }) => gates?.mean),
      plain.stages.map(({ gates }) => gates?.mean),
    )
  }
})

test("what goes on from stage to stage is not defined on groups, and says why; rows know that they depend on the order", {
  skip: elsewhere,
}, () => {
  assert.match(row("shared").notDefined!, /grouped anew at each/)
  assert.equal(row("shared", "low_rank").notDefined, undefined)
  assert.equal(row("near").dependsOnOrder, true)
  assert.equal(row("near", "low_rank").dependsOnOrder, undefined)
})

test("modules apart are trained once for all libraries; nothing of a finished run is computed again, and what is lost is, to the same end", {
  skip: elsewhere,
}, async () => {
  const kinds = Map.groupBy(run.planned.steps, ({ kind }) => kind)
  assert.equal(kinds.get("module")!.length, TASKS.length)
  assert.equal(kinds.get("group")!.length, 2 * TASKS.length)
  const text = spec("adapters: clustered, routers: near, bounds: oracle")
  const again = await ran(source(text) as never, join(place, "store"))
  assert.deepEqual(
    [...again.computed.values()].filter((label) => !label.startsWith("scores")),
    [],
  )
  const lost = again.planned.steps.filter(({ kind }) => ["group", "retrained"].includes(kind)).map(({ key }) => key)
  assert.ok(lost.length > 0)
  forget(join(place, "store"), new Set(lost))
  const evaluations = again.planned.steps.filter(({ kind }) => kind === "evaluate").map(({ key }) => key)
  forget(join(place, "store"), new Set(evaluations))
  const third = await ran(source(text) as never, join(place, "store"))
  assert.deepEqual(third.results.cells, again.results.cells)
})

const problems = async (text: string) =>
  (await checkSource(source(text) as never)).diagnostics.map(({ code, message }) => `${code} ${message}`)

test("the checker knows groupings: what they need, what they name, and which routers their modules serve", async () => {
  const lines = "adapters: clustered, routers: spectral, bounds: oracle"
  assert.deepEqual(
    (await problems(spec(lines))).filter((problem) => /clustered/.test(problem)),
    [],
  )
  assert.match(
    (await problems(spec(lines).replace("of: low_rank, clusters", "clusters"))).join("\n"),
    /L2R0403 .*needs `of`/,
  )
  assert.match(
    (await problems(spec(lines).replace("of: low_rank, clusters", "of: few, clusters"))).join("\n"),
    /L2R0305 .*few/,
  )
  const bottleneck = spec(lines).replace(/lora \{.*\}/, "bottleneck { reduction: 4 }")
  assert.match((await problems(bottleneck)).join("\n"), /L2R0511 .*spectral/)
})

test("where texts are answered in words, the module of a group learns the answers of its tasks, and writes", async () => {
  const example = (name: string) => JSON.stringify(join(folder, "05_answers", name))
  const text = `language 1
backbone writer = t5 ${example("writer")} { network: encoder_decoder }
data words = jsonl ${example("words")} { answer: answer }
stream colours { tasks: words[say, oppose], head: text, answers: { max_tokens: 4 } }
memory some = random { per_task: 4 }
adapter low_rank = lora { rank: 2 }
grouping clustered = mbc { of: low_rank, clusters: 1 }
train brief { epochs: 1, batch: 16, initialisation: shared }
router learnt = l2r { memory: some, epochs: 1 }
experiment answered {
  on: writer, stream: colours, adapters: clustered, train: brief
  routers: learnt, bounds: [oracle, uniform]
}
`
  const { results } = await ran(source(text) as never, join(place, "answers"))
  for (const line of results.cells[0].summary) assert.ok(Number.isFinite(line.rougeL?.value), line.row)
  const [last] = results.cells[0].rows.map(({ stages }) => stages.at(-1)!)
  assert.deepEqual(last.moduleOf, [0, 0])
  assert.deepEqual(new Set(last.predictions.chosen), new Set([0]))
  assert.deepEqual(last.gates!.modules, ["say+oppose"])
})

test("where tasks share their labels, a group's module has one column for a label, and a class for each task", async () => {
  const text = spec("adapters: clustered, routers: near, bounds: oracle", ", scenario: domain_incremental")
  const { results } = await ran(source(text) as never, join(place, "store"))
  const { rows, summary, classes } = results.cells[0]
  assert.equal(classes.length, 18)
  // Both tasks of a pair have the same rule, so the group's module is right whichever of them a text is of.
  const right = (name: string) => summary.find((line) => line.row === name)!.classIncremental!.value
  assert.ok(right("near") >= 90 && right("oracle") >= 90, `${right("near")}, ${right("oracle")}`)
  assert.deepEqual(rows.find(({ name }) => name === "oracle")!.stages.at(-1)!.moduleOf, [0, 1, 2, 0, 1, 2])
})

test("the checker knows what can't be on groups: routers that go on from stage to stage, modules that were trained beside others", async () => {
  const warm = spec("adapters: clustered, routers: spectral, bounds: oracle").replace(
    /router spectral = .*/,
    "router spectral = l2r { schedule: after_each_task_warm }",
  )
  for (const router of ["l2r { schedule: after_each_task_warm }", "sapt", "mocl { data: newest }"])
    assert.match(
      (await problems(warm.replace(/router spectral = .*/, `router spectral = ${router}`))).join("\n"),
      /L2R0511 .*spectral.*grouped anew/,
      router,
    )
  const elected = spec("adapters: clustered, compositions: elected", "").replace(
    "composition one",
    "composition elected = fisher\ncomposition one",
  )
  assert.match((await problems(elected)).join("\n"), /L2R0511 .*elected.*groups of tasks/)
  assert.match(
    (await problems(elected.replace("adapters: clustered", "adapters: [low_rank, clustered]"))).join("\n"),
    /L2R0510 .*elected.*clustered/,
  )
  assert.match(
    (await problems(warm.replace(/router spectral = .*/, "router spectral = pi_tuning"))).join("\n"),
    /L2R0511 .*spectral.*groups of tasks/,
  )
  const beside = warm.replace(/(train \w+ = \w+ \{|train \w+ \{)/, "$1 earlier: weighted, ")
  assert.match((await problems(beside)).join("\n"), /L2R0536 .*clustered.*earlier: weighted/)
})
