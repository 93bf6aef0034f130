/** Strategies in the plan: replay reads the memory that routers read, of the tasks before; what is said wrong of them is found before. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { check } from "../../dsl/index.ts"
import shipped from "../../dsl/vocabulary.json" with { type: "json" }
import type { Vocabulary } from "../../dsl/vocabulary.ts"
import { PlanError } from "../../src/plan/chosen.ts"
import { makePlan } from "../../src/plan/plan.ts"
import type { Step } from "../../src/plan/step.ts"

const directory = fileURLToPath(new URL("../cli/tiny/", import.meta.url))
const checked = (lines: string, bounds: string, stream = "", adapter = "lora { rank: 2, targets: [query] }") =>
  check(
    `language 1
backbone encoder = bert "../../golden/tiny_bert" { max_tokens: 12 }
data words = jsonl "data"
stream both { tasks: words[weather, kitchen]${stream} }
adapter own = ${adapter}
train brief { epochs: 1, batch: 4 }
router learnt = l2r { epochs: 1, head: kept, memory: few }
${lines}
experiment e { on: encoder, stream: both, adapters: own, train: brief, routers: learnt, bounds: [${bounds}] }
`,
    { file: "f", vocabulary: shipped as unknown as Vocabulary },
  )
const FEW = "memory few = random { per_class: 2 }"
const planned = async (lines: string, bounds: string, adapter?: string) => {
  const { spec, diagnostics } = checked(lines, bounds, "", adapter)
  assert.ok(spec, JSON.stringify(diagnostics))
  const { steps } = await makePlan(spec, { directory, processor: "p" })
  const shared = (strategy: string): readonly Step[] =>
    steps.filter(
      ({ kind, options }) =>
        kind === "shared" && (options as { strategy: { plugin: string } }).strategy.plugin === strategy,
    )
  return { steps, shared, keysOf: (strategy: string) => shared(strategy).map(({ key }) => key) }
}
const memoryOf = ({ inputs }: Step): readonly string[] => [inputs.memories ?? []].flat()

test("replay reads the same memory steps as routers, one stage behind, and none at the first task", async () => {
  for (const memory of [FEW, "memory few = reservoir { capacity: 3 }"]) {
    const { steps, shared } = await planned(`${memory}\nstrategy replay = er { memory: few }`, "replay")
    const [first, second] = shared("er")
    assert.deepEqual(memoryOf(first), [])
    const [fit] = steps.filter(({ kind }) => kind === "fit")
    assert.ok(memoryOf(second).length === 1)
    assert.deepEqual(memoryOf(second), memoryOf(fit))
    assert.equal(steps.filter(({ kind }) => kind === "memory").length, 2)
  }
})

test("keys: of what replays they hold the memory and how much is replayed, of what does not neither", async () => {
  const bounds = "replay, sequential, elastic"
  const of = (memory: string, replayed: string) =>
    planned(`${memory}\nstrategy replay = er { memory: few${replayed} }\nstrategy elastic = ewc`, bounds)
  const plain = await of(FEW, "")
  const [other, more] = [await of("memory few = random { per_class: 1 }", ""), await of(FEW, ", replayed: 3")]
  const same = await of(FEW, ", replayed: 4")
  for (const changed of [other, more]) {
    assert.equal(changed.keysOf("er")[0], plain.keysOf("er")[0])
    assert.notEqual(changed.keysOf("er")[1], plain.keysOf("er")[1])
    for (const strategy of ["sequential", "ewc"]) assert.deepEqual(changed.keysOf(strategy), plain.keysOf(strategy))
  }
  assert.deepEqual(same.keysOf("er"), plain.keysOf("er"))
})

test("what adapts at test time reads the memory of its stage, and features of both sides", async () => {
  const { steps } = await planned(`${FEW}\nstrategy local = mbpa_pp { memory: few, steps: 2 }`, "local")
  const adapted = steps.filter(({ options }) => (options as { how?: string } | null)?.how === "adapted")
  assert.deepEqual(
    adapted.map((step) => [memoryOf(step).length, [step.inputs.features].flat().length]),
    [
      [1, 1],
      [2, 2],
    ],
  )
})

const coded = (lines: string, bounds: string, stream?: string) =>
  checked(lines, bounds, stream)
    .diagnostics.filter(({ severity }) => severity === "error")
    .map(({ code, message }) => `${code} ${message}`)

test("check: a memory that is not named among several, one that is given to what replays nothing, and classes that answers lack", () => {
  const two = `${FEW}\nmemory many = random`
  assert.deepEqual(coded(`${two}\nstrategy replay = er`, "replay"), ["L2R0512 `replay` needs a memory"])
  assert.deepEqual(coded(`${FEW}\nstrategy replay = er`, "replay"), [])
  assert.deepEqual(coded(`${FEW}\nstrategy plain = sequential { memory: few }`, "plain"), [
    "L2R0401 `memory` is not an option of `sequential`",
  ])
  const written = coded(
    "memory few = random { per_task: 3 }\nstrategy kept = lwf\nstrategy dark = der_pp",
    "kept, dark, seq_star",
    ", head: text",
  )
  for (const row of ["kept", "dark", "seq_star"])
    assert.ok(
      written.some((one) => one.startsWith(`L2R0535 \`${row}\` needs classes`)),
      `${row}: ${written}`,
    )
})

test("a backbone without a block for the prompts of tasks is refused at the option that says so", async () => {
  const on = (strategy: string, bound = "dual") => planned(`${FEW}\n${strategy}`, bound, "prefix { length: 2 }")
  const text = "strategy dual = dual_prompt { general: 2, expert: 3 }"
  await assert.rejects(on(text), (error) => {
    assert.ok(error instanceof PlanError)
    assert.match(error.message, /"dual" needs a backbone of 3 blocks or more, and "encoder" has 2: .* after block 2/)
    assert.match(error.help, /`general`/)
    assert.equal(error.span!.end - error.span!.start, "2".length)
    return true
  })
  await assert.rejects(on("", "dual_prompt"), /"dual_prompt" needs a backbone of 3 blocks or more/)
  for (const general of [0, 1]) await on(text.replace("general: 2", `general: ${general}`))
})
