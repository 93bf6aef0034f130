/** Streams that are answered in words, planned: what needs classes is refused, with the place and what to do. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { check } from "../../dsl/index.ts"
import shipped from "../../dsl/vocabulary.json" with { type: "json" }
import type { Vocabulary } from "../../dsl/vocabulary.ts"
import { PlanError } from "../../src/plan/chosen.ts"
import { makePlan, type Plan } from "../../src/plan/plan.ts"

const directory = fileURLToPath(new URL("../../examples/05_answers/", import.meta.url))

const spec = (changes: Readonly<Record<string, string>> = {}): string =>
  Object.entries(changes).reduce(
    (text, [from, to]) => {
      assert.ok(text.includes(from), from)
      return text.replace(from, to)
    },
    `language 1
backbone writer = t5 "writer" { network: encoder_decoder }
data words = jsonl "words" { answer: answer }
stream colours { tasks: words, head: text }
memory few = random { per_task: 4 }
adapter low_rank = lora
train brief { epochs: 1 }
router learnt = l2r
router nearest = similarity { statistic: task_gaussian }
experiment answering {
  on: writer
  stream: colours
  adapters: low_rank
  train: brief
  routers: [learnt, nearest]
  bounds: [oracle, uniform, sequential]
}
`,
  )

/** Of plugins whose need of classes, or of answers, no fact tells, as where options speak against each other: then the plan asks them. */
const untold = JSON.parse(JSON.stringify(shipped), (key, value) =>
  ["needs_classes", "reads_memory", "generates"].includes(key) ? undefined : value,
)

const planned = async (text: string, vocabulary: unknown = shipped): Promise<Plan> => {
  const { spec: checked, diagnostics } = check(text, { file: "spec.l2r", vocabulary: vocabulary as Vocabulary })
  assert.deepEqual(
    diagnostics.filter(({ severity }) => severity === "error"),
    [],
  )
  return makePlan(checked!, { directory, processor: "test" })
}

const refused: readonly (readonly [string, Readonly<Record<string, string>>, RegExp, string])[] = [
  [
    "an encoder",
    { 't5 "writer" { network: encoder_decoder }': 'bert "gloss-mini"' },
    /is a bert, which writes no text/,
    "backbone writer",
  ],
  ["a T5 without its decoder", { " { network: encoder_decoder }": "" }, /its decoder is not loaded/, "backbone writer"],
  [
    "statistics of classes",
    { "statistic: task_gaussian": "statistic: class_centroid" },
    /`class_centroid`/,
    "class_centroid",
  ],
  ["statistics of classes, by default", { " { statistic: task_gaussian }": "" }, /`class_gaussian`/, "router nearest"],
  ["a memory of classes", { "per_task: 4": "per_class: 4" }, /examples of each class/, "4"],
  ["what reads predictions", { "[oracle,": "[max_confidence," }, /how sure each module is/, "experiment answering"],
  [
    "a strategy that replays what it writes, on remembered texts",
    { "router learnt = l2r": "router learnt = l2r\nstrategy own = lfpt5 { memory: few }", "[oracle,": "[own, oracle," },
    /replays what it has written itself, and the memory "few" keeps training examples/,
    "few",
  ],
  [
    "samples where classes are chosen",
    {
      'data words = jsonl "words" { answer: answer }': 'data words = jsonl "words" { label: answer }',
      ", head: text": "",
      "[oracle,": "[lfpt5, oracle,",
    },
    /samples of the memory "generated" are texts with answers that a model writes/,
    "experiment answering",
  ],
  ["answers without the head", { ", head: text": "" }, /has answers in words and no classes/, "data words"],
]

/** A memory whose samples are written, for the router, or for a strategy that writes them itself. */
const WRITTEN = {
  "memory few = random { per_task: 4 }":
    "memory few = random { per_task: 4 }\nmemory dreamt = generated { per_task: 4 }\nstrategy rehearsed = lfpt5 { memory: dreamt }",
  "router learnt = l2r": "router learnt = l2r { memory: dreamt }",
  "similarity { statistic": "similarity { memory: few, statistic",
}

for (const [what, changes, message, place] of refused)
  test(`refused: ${what}`, async () => {
    const text = spec(changes)
    await assert.rejects(planned(text, untold), (error: unknown) => {
      assert.ok(error instanceof PlanError, String(error))
      assert.match(error.message, message)
      assert.ok(error.help.length > 0)
      const { start, end } = error.span!
      assert.ok(text.slice(start, end).startsWith(place), text.slice(start, end))
      return true
    })
  })

const told: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
  ["statistics of classes", { "statistic: task_gaussian": "statistic: class_centroid" }, "class_centroid"],
  ["statistics of classes, by default", { " { statistic: task_gaussian }": "" }, "nearest"],
  ["a memory of classes", { "per_task: 4": "per_class: 4" }, "4"],
  ["a memory of classes, by default", { " { per_task: 4 }": "" }, "few"],
  ["what reads predictions", { "[oracle,": "[max_confidence," }, "max_confidence"],
]
for (const [what, changes, place] of told)
  test(`refused before anything is planned: ${what}`, () => {
    const text = spec(changes)
    const { diagnostics } = check(text, { file: "spec.l2r", vocabulary: shipped as Vocabulary })
    assert.ok(diagnostics.length > 0)
    for (const { code, span, message, help } of diagnostics) {
      assert.equal(code, "L2R0535", message)
      assert.ok(help)
      assert.equal(text.slice(span.start, span.end), place)
    }
  })

test("a memory of classes that no row reads is no matter", async () => {
  const { cells } = await planned(
    spec({ "per_task: 4": "per_class: 4", "routers: [learnt, nearest]\n": "", "sequential]": "base_model]" }),
  )
  assert.deepEqual(
    cells[0].rows.map(({ name }) => name),
    ["oracle", "uniform", "base_model"],
  )
})

test("a comparison of heads is refused before the plan: there are none", () => {
  const asked = "bounds: [oracle, uniform, sequential]\n  compare learnt.refit against uniform on rouge_l"
  const text = spec({ "bounds: [oracle, uniform, sequential]": asked })
  const { diagnostics } = check(text, { file: "spec.l2r", vocabulary: shipped as unknown as Vocabulary })
  const [refused] = diagnostics.filter(({ severity }) => severity === "error")
  assert.equal(refused.code, "L2R0509")
  assert.match(refused.message, /no row `learnt.refit`: the texts of `colours` are answered in words/)
})

test("modules and answers are planned once for all rows; nothing has a head", async () => {
  const { steps, cells } = await planned(spec())
  const ofKind = (kind: string) => steps.filter((step) => step.kind === kind)
  assert.equal(ofKind("module").length, 3)
  assert.deepEqual([ofKind("encode"), ofKind("evaluate"), ofKind("head")], [[], [], []])
  const what = ofKind("write").map(({ options }) => (options as { what: string }).what)
  const count = (kind: string) => what.filter((one) => one === kind).length
  assert.deepEqual(["module", "routed", "picked", "shared"].map(count), [3, 6, 6, 3])
  assert.ok(cells[0].rows.every(({ head }) => head === "none"))
})

test("the width of the search is no matter of modules and routers", async () => {
  const [one, three] = await Promise.all(
    [1, 3].map((beams) => planned(spec({ "head: text": `head: text, answers: { beams: ${beams} }` }))),
  )
  const known = new Set(one.steps.map(({ key }) => key))
  const fresh = three.steps.filter(({ key }) => !known.has(key))
  assert.deepEqual([...new Set(fresh.map(({ kind }) => kind))].sort(), ["scores", "write"])
})

test("samples: a module of each task writes them for routers, the model before a stage for a strategy that writes them itself", async () => {
  const { steps, cells } = await planned(spec({ ...WRITTEN, "[oracle,": "[rehearsed, oracle," }))
  const labels = (kind: string) => steps.filter((step) => step.kind === kind).map(({ label }) => label)
  assert.equal(labels("module").filter((label) => label.startsWith("writer of")).length, 3)
  const [byWriters, byItself] = ["its writer", "rehearsed"].map((of) =>
    labels("generate").filter((label) => label.includes(`by ${of}`)),
  )
  assert.equal(byWriters.length, 3, "each task's once, whatever the stage")
  assert.equal(byItself.length, 1 + 2, "those of all tasks before a stage, anew at each")
  assert.equal(labels("memory").length, 3, "of the other router, each task's")
  const row = (name: string) => cells[0].rows.find((one) => one.name === name)!
  const kindsOf = (keys: readonly string[]) => {
    const kinds = steps.filter(({ key }) => keys.includes(key)).map(({ kind }) => kind)
    return Object.fromEntries([...new Set(kinds)].map((kind) => [kind, kinds.filter((one) => one === kind).length]))
  }
  assert.deepEqual(kindsOf(row("rehearsed").charged), { shared: 3, generate: 3 })
  assert.deepEqual(kindsOf(row("learnt").charged), { module: 3, generate: 3, fit: 1 })
})

test("what writes its samples itself needs no memory", async () => {
  const { steps } = await planned(spec({ "[oracle,": "[lfpt5, oracle," }))
  assert.equal(steps.filter(({ kind }) => kind === "generate").length, 3)
})

test("samples have no frozen features: what reads these of its memory is not defined", async () => {
  const { cells } = await planned(
    spec({ ...WRITTEN, "similarity { memory: few, statistic": "similarity { memory: dreamt, statistic" }),
  )
  const { notDefined } = cells[0].rows.find(({ name }) => name === "nearest")!
  assert.match(notDefined!, /frozen features .* samples that are written have none/)
})
