/** A stream of unknown boundaries in the plan: one training for each strategy, of whose ends of tasks it knows nothing; what must be told is refused. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { check } from "../../dsl/index.ts"
import shipped from "../../dsl/vocabulary.json" with { type: "json" }
import type { Vocabulary } from "../../dsl/vocabulary.ts"
import { whyBoundaries } from "../../src/plan/needs_boundaries.ts"
import { makePlan, type PlanSettings } from "../../src/plan/plan.ts"
import { Schema, type Strategy } from "../../src/plugin/index.ts"
import { loadPlugin } from "../../src/plugin/load.ts"

const directory = fileURLToPath(new URL("../cli/tiny/", import.meta.url))
const MEMORY = "memory few = reservoir { capacity: 3 }"
const REPLAY = "strategy replay = er { memory: few }"
const spec = (bounds: string, { lines = `${MEMORY}\n${REPLAY}`, stream = "boundaries: unknown" } = {}) => `language 1
backbone encoder = bert "../../golden/tiny_bert" { max_tokens: 12 }
data words = jsonl "data"
stream both { tasks: words[weather, kitchen], ${stream} }
adapter low_rank = lora { rank: 2, targets: [query] }
train brief { epochs: 1, batch: 4 }
${lines}
experiment e { on: encoder, stream: both, adapters: low_rank, train: brief, bounds: [${bounds}] }
`
const checked = (text: string) => check(text, { file: "f", vocabulary: shipped as unknown as Vocabulary })
const planned = async (text: string, settings: Partial<PlanSettings> = {}) => {
  const { spec: found, diagnostics } = checked(text)
  assert.ok(found, JSON.stringify(diagnostics))
  return makePlan(found, { directory, processor: "p", ...settings })
}
const errors = (text: string) =>
  checked(text).diagnostics.flatMap(({ severity, code, message }) => (severity === "error" ? `${code} ${message}` : []))

test("a strategy is trained once along all texts, no module is trained, and its models are looked at where tasks end", async () => {
  const { steps, cells } = await planned(spec("replay, sequential, multi_task, frozen_ridge"))
  const kinds = (kind: string) => steps.filter((step) => step.kind === kind)
  assert.deepEqual(
    ["module", "course", "moment", "memory"].map((kind) => kinds(kind).length),
    [0, 2, 4, 0],
  )
  for (const { inputs } of kinds("course")) assert.equal([inputs.tokens].flat().length, 2)
  const [row] = cells[0].rows
  assert.deepEqual(
    row.stages.map(({ stage, charged }) => [stage, charged.length]),
    [
      [0, 1],
      [1, 1],
    ],
  )
  const last = await planned(spec("replay"), { finalStageOnly: true })
  assert.equal(last.steps.filter(({ kind }) => kind === "moment").length, 1)
})

test("keys: a course holds its memory and the blur, and each order of the tasks has its own", async () => {
  const courses = async (...args: Parameters<typeof spec>) =>
    (await planned(spec(...args))).steps.filter(({ kind }) => kind === "course").map(({ key }) => key)
  const [replay, plain] = await courses("replay, sequential")
  const [more, same] = await courses("replay, sequential", { lines: `${MEMORY.replace("3", "2")}\n${REPLAY}` })
  assert.notEqual(more, replay)
  assert.equal(same, plain)
  const [, blurred] = await courses("replay, sequential", { stream: "boundaries: unknown, blur: 20%" })
  assert.notEqual(blurred, plain)
  const orders = await courses("sequential", { stream: "boundaries: unknown, orders: [written, reversed]" })
  assert.equal(new Set(orders).size, 2)
})

test("what follows from a definition: who must be told where a task ends", async () => {
  const told = async (name: string, written: object = {}) => {
    const plugin = (await loadPlugin("strategy", name)) as Strategy
    return whyBoundaries(plugin, Schema.decodeUnknownSync(plugin.options)(written as never)) !== undefined
  }
  for (const name of ["sequential", "sequential_full", "er", "der_pp", "a_gem", "mbpa_pp", "multi_task"])
    assert.equal(await told(name), false, name)
  for (const name of ["ewc", "lwf", "seq_star", "inc_lora", "o_lora", "sapt", "progressive_prompts", "l2p"])
    assert.equal(await told(name), true, name)
  assert.equal(await told("l2p", { mask: false }), false)
  for (const keys of ["model", "layer"]) assert.equal(await told("dual_prompt", { mask: false, keys }), true)
  assert.equal(await told("coda_prompt", { mask: false }), true)
})

test("check and plan refuse what must be told, each in its words", async () => {
  const all = errors(spec("replay, uniform, ewc, l2p"))
  for (const [row, why] of [
    ["uniform", "it is made of modules"],
    ["ewc", "it takes stock"],
    ["l2p", "it leaves classes of other tasks out"],
  ])
    assert.ok(
      all.some((one) => one.startsWith(`L2R0540 \`${row}\` must be told`) && one.includes(why)),
      `${row}: ${all}`,
    )
  const told = (text: string) => errors(text).filter((one) => one.startsWith("L2R0540")).length
  assert.equal(told(spec("replay, uniform, ewc, l2p")), 3)
  assert.equal(told(spec("pooled", { lines: "strategy pooled = l2p { mask: false }" })), 0)
  assert.equal(errors(spec("replay", { lines: `memory few = random\n${REPLAY}` })).length, 1)

  const quiet = JSON.parse(JSON.stringify(shipped)) as Vocabulary
  for (const kind of ["strategy", "memory", "router"] as const)
    for (const entry of Object.values(quiet.kinds[kind] ?? {})) Object.assign(entry, { facts: {} })
  for (const [text, message] of [
    [spec("elastic", { lines: "strategy elastic = ewc" }), /"elastic" must be told where a task ends.*takes stock/],
    [spec("replay", { lines: `memory few = random\n${REPLAY}` }), /"replay" remembers by random/],
  ] as const) {
    const found = check(text, { file: "f", vocabulary: quiet }).spec
    assert.ok(found)
    await assert.rejects(makePlan(found, { directory, processor: "p" }), message)
  }
})
