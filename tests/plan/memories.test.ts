/** I17 in the plan: keys hold the order exactly where the choice depends on it, and every step reads the memory of its stage. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { check } from "../../dsl/index.ts"
import shipped from "../../dsl/vocabulary.json" with { type: "json" }
import type { Vocabulary } from "../../dsl/vocabulary.ts"
import { needed } from "../../src/plan/drawing/step_graph.ts"
import { makePlan } from "../../src/plan/plan.ts"

const directory = fileURLToPath(new URL("../cli/tiny/", import.meta.url))
const planOf = async (memory: string, { orders = "written", schedule = "after_each_task_from_scratch" } = {}) => {
  const text = `language 1
backbone encoder = bert "../../golden/tiny_bert" { max_tokens: 12 }
data words = jsonl "data"
stream both { tasks: words[weather, kitchen], orders: ${orders} }
memory some = ${memory}
adapter low_rank = lora { rank: 2, targets: [query] }
train brief { epochs: 1, batch: 4 }
router learnt  = l2r { memory: some, epochs: 1, head: both, schedule: ${schedule} }
router nearest = similarity { memory: some, statistics: memory }
router all     = similarity { memory: some, statistics: train }
router refitted = arrow { memory: some, head: refit }
router kept     = arrow { memory: some, head: kept }
probe frozen    = frozen_class_centroid { statistics: memory }
experiment e { on: encoder, stream: both, adapters: low_rank, train: brief, routers: [learnt, nearest, all, refitted, kept], bounds: [oracle, sequential, frozen] }
`
  const { spec, diagnostics } = check(text, { file: "f", vocabulary: shipped as unknown as Vocabulary })
  assert.ok(spec, JSON.stringify(diagnostics))
  const plan = await makePlan(spec, { directory, processor: "p" })
  const steps = needed(plan)
  const memories = steps.filter(({ kind }) => kind === "memory")
  return { plan, steps, memories, keys: new Set(memories.map(({ key }) => key)) }
}
const both = { orders: "[written, reversed]" }
const byTask = [
  "random { per_class: 2 }",
  "random { per_task: 3 }",
  "herding { per_class: 2 }",
  "k_means { per_class: 2 }",
]
const along = ["reservoir { capacity: 3 }", "ring { capacity: 3 }"]

for (const memory of byTask)
  test(`${memory}: one step for each task, whatever the order and the stage`, async () => {
    const [one, two] = [await planOf(memory), await planOf(memory, both)]
    assert.equal(one.keys.size, 2)
    assert.deepEqual(two.keys, one.keys)
    const [cell] = one.plan.cells
    assert.ok(cell.rows.every((row) => row.dependsOnOrder === undefined))
  })

for (const memory of along)
  test(`${memory}: one step for each stage of each order`, async () => {
    const [one, two] = [await planOf(memory), await planOf(memory, both)]
    assert.equal(one.keys.size, 2)
    assert.equal(two.keys.size, 4)
    assert.ok([...one.keys].every((key) => two.keys.has(key)))
    assert.deepEqual(two.memories.map(({ options }) => (options as { tasks: string[] }).tasks.join(" ")).sort(), [
      "kitchen",
      "kitchen weather",
      "weather",
      "weather kitchen",
    ])
  })

test("of rows, those that use a memory along the stream, or start warm, depend on the order", async () => {
  const dependent = async (memory: string, schedule?: string) => {
    const { plan } = await planOf(memory, schedule ? { schedule } : {})
    return plan.cells[0].rows.flatMap(({ name, head, dependsOnOrder }) => (dependsOnOrder ? [`${name} ${head}`] : []))
  }
  const users = ["learnt kept", "learnt refit", "nearest kept", "refitted refit", "frozen none"]
  assert.deepEqual(await dependent("ring { capacity: 3 }"), users)
  assert.deepEqual(await dependent("herding"), [])
  assert.deepEqual(await dependent("random", "after_each_task_warm"), ["learnt kept", "learnt refit"])
})

test("every step that reads a memory along the stream reads the one that has seen the tasks that it has", async () => {
  const { steps, memories } = await planOf("reservoir { capacity: 3 }", both)
  const tasksOf = new Map(memories.map(({ key, options }) => [key, (options as { tasks: string[] }).tasks]))
  const taskOf = new Map(
    steps.flatMap(({ kind, key, options }) => (kind === "tokens" ? [[key, options] as const] : [])),
  )
  const readers = steps.filter(({ inputs }) => inputs.memories !== undefined)
  assert.deepEqual([...new Set(readers.map(({ kind }) => kind))].sort(), ["encode", "fit", "head"])
  for (const { inputs, label } of readers) {
    const [memory, ...others] = inputs.memories as readonly string[]
    const tokens = inputs.tokens as readonly string[]
    assert.deepEqual(others, [])
    assert.equal(tasksOf.get(memory)!.length, tokens.length, label)
    assert.ok(label.includes(`after ${tasksOf.get(memory)!.at(-1)}`), label)
    assert.ok(tokens.every((key) => taskOf.has(key)))
    const read = memories.find(({ key }) => key === memory)!
    assert.deepEqual(read.inputs.tokens, tokens, label)
  }
})

test("a row says which memory it reads, in words that are the same for like memories", async () => {
  const said = async (memory: string) => {
    const { rows } = (await planOf(memory)).plan.cells[0]
    return rows.flatMap((row) => (row.memory === undefined ? [] : [`${row.name} ${row.head}: ${row.memory}`]))
  }
  const readers = ["learnt kept", "learnt refit", "nearest kept", "refitted refit", "frozen none"]
  for (const [written, words] of [
    ["random", "random"],
    ["random { per_class: 5 }", "random"],
    ["random { per_task: 3 }", "random { per_task: 3 }"],
    ["ring { capacity: 3 }", "ring { capacity: 3 }"],
  ])
    assert.deepEqual(
      await said(written),
      readers.map((row) => `${row}: ${words}`),
    )
})

test("among several memories a probe reads the one that it names, as a router does; one over all data reads none", async () => {
  const text = `language 1
backbone encoder = bert "../../golden/tiny_bert" { max_tokens: 12 }
data words = jsonl "data"
stream both { tasks: words[weather, kitchen] }
memory few = random { per_class: 1 }
memory more = random { per_class: 2 }
adapter low_rank = lora { rank: 2, targets: [query] }
train brief { epochs: 1, batch: 4 }
router nearest = similarity { memory: more, statistics: memory }
probe little = frozen_class_centroid { statistics: memory, memory: few }
probe much = little { memory: more }
probe all = frozen_class_centroid
strategy again = er { memory: more }
composition one = uniform_merge { memory: few }
experiment e { on: encoder, stream: both, adapters: low_rank, train: brief, routers: nearest, compositions: one, bounds: [little, much, all, again, sequential] }
`
  const { spec, diagnostics } = check(text, { file: "f", vocabulary: shipped as unknown as Vocabulary })
  assert.ok(spec, JSON.stringify(diagnostics))
  const plan = await makePlan(spec, { directory, processor: "p" })
  const steps = new Map(plan.steps.map((step) => [step.key, step]))
  const read = (name: string) => {
    const fit = steps.get(plan.cells[0].rows.find((row) => row.name === name)!.fits[0])!
    return ((fit.inputs.memories ?? []) as readonly string[]).map(
      (key) => (steps.get(key)!.options as { memory: { options: { per_class: number } } }).memory.options.per_class,
    )
  }
  assert.deepEqual([read("little"), read("much"), read("nearest"), read("all")], [[1, 1], [2, 2], [2, 2], []])
  assert.deepEqual(
    plan.cells[0].rows.map(({ name, head, memory }) => [name, head, memory]),
    [
      ["nearest", "kept", "random { per_class: 2 }"],
      ["one", "kept", undefined],
      ["one", "refit", "random { per_class: 1 }"],
      ["little", "none", "random { per_class: 1 }"],
      ["much", "none", "random { per_class: 2 }"],
      ["all", "none", undefined],
      ["again", "joint", "random { per_class: 2 }"],
      ["sequential", "joint", undefined],
    ],
  )
  const { plugins } = plan.effective as { plugins: Record<string, { memory?: string }> }
  assert.equal(plugins["probe much"].memory, "more")
  const unsaid = text.replace(", memory: few }", " }").replace("probe much = little { memory: more }\n", "")
  const { diagnostics: found } = check(unsaid.replace("little, much", "little"), {
    file: "f",
    vocabulary: shipped as unknown as Vocabulary,
  })
  assert.deepEqual(
    found.map(({ code, message }) => `${code} ${message}`),
    ["L2R0512 `little` needs a memory"],
  )
})

test("who uses a memory of features pays for them, and no other row", async () => {
  const { plan, steps } = await planOf("herding")
  const features = steps.filter(
    ({ kind, options }) => kind === "features" && (options as { split: string }).split === "train",
  )
  const pays = (name: string) =>
    plan.cells[0].rows
      .find((row) => row.name === name)!
      .charged.filter((key) => features.some((one) => one.key === key))
  assert.equal(features.length, 2)
  for (const name of ["learnt", "refitted", "nearest"]) assert.equal(pays(name).length, 2, name)
  assert.equal(pays("kept").length, 0)
})
