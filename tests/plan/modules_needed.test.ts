/** Which modules a strategy can train: what adapters add, and what `check` and the plan say where it won't do. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { check, type Vocabulary } from "../../dsl/index.ts"
import shipped from "../../dsl/vocabulary.json" with { type: "json" }
import bottleneck from "../../plugins/adapters/bottleneck.ts"
import lora from "../../plugins/adapters/lora.ts"
import prefix from "../../plugins/adapters/prefix.ts"
import prompt from "../../plugins/adapters/prompt.ts"
import { plan } from "../../src/compile.ts"
import { addsOf } from "../../src/plan/rows/modules_needed.ts"
import { type Adapter, Schema } from "../../src/plugin/index.ts"
import { checkSource } from "../../src/source.ts"

test("what an adapter adds to a network", () => {
  const adds = (adapter: Adapter, written: object = {}) =>
    addsOf(adapter, Schema.decodeUnknownSync(adapter.options)(written as never))
  assert.equal(adds(lora), "outputs")
  assert.equal(adds(bottleneck), "outputs")
  assert.equal(adds(prompt), "own_tokens")
  assert.equal(adds(prefix), "own_keys")
  assert.equal(adds(prefix, { hidden: 4 }), "made_keys")
})

const spec = (adapters: string, bounds: string) => `language 1
backbone encoder = bert "gloss-mini"
data glosses = wordnet
stream topics { tasks: glosses[living, things] }
adapter low_rank = lora
adapter columns = lora { decomposed: true }
adapter narrow = bottleneck
adapter soft = prompt
adapter deep = prefix
adapter made = prefix { hidden: 4 }
adapter plain = prefix { hidden: 0, length: 3 }
adapter both = stack { of: [low_rank, soft] }
train brief { epochs: 1 }
experiment e { on: encoder, stream: topics, adapters: ${adapters}, train: brief, bounds: ${bounds} }
`
const found = (adapters: string, bounds: string, more = "") =>
  check(spec(adapters, bounds) + more, {
    file: "spec.l2r",
    vocabulary: shipped as unknown as Vocabulary,
  }).diagnostics.map(({ code }) => code)

const WONT: readonly (readonly [strategy: string, adapters: readonly string[]])[] = [
  ["inc_lora", ["soft"]],
  ["o_lora", ["narrow", "columns", "soft", "deep"]],
  ["progressive_prompts", ["low_rank", "narrow"]],
  ["l2p", ["low_rank", "made"]],
  ["dual_prompt", ["low_rank", "soft", "made"]],
  ["coda_prompt", ["soft"]],
]
for (const [strategy, adapters] of WONT)
  for (const adapter of adapters)
    test(`${strategy} on ${adapter} is an error of check, and beside another adapter a warning`, () => {
      assert.deepEqual(found(adapter, strategy), ["L2R0511"])
      const other = strategy.endsWith("lora") ? "low_rank" : "deep"
      assert.deepEqual(found(`[${adapter}, ${other}]`, strategy), ["L2R0510"])
    })

/** Its name is that of a router too. */
const JOINT = "memory few = random { per_class: 5 }\nstrategy joint = sapt { memory: few }"

test("sapt on prompts is an error of check, and beside another adapter a warning", () => {
  assert.deepEqual(found("soft", "joint", JOINT), ["L2R0511"])
  assert.deepEqual(found("[soft, low_rank]", "joint", JOINT), ["L2R0510"])
})

test("what will do is not spoken of, nor what check can't tell", () => {
  assert.deepEqual(found("[low_rank, columns, narrow, deep, made]", "inc_lora"), [])
  assert.deepEqual(found("[low_rank, columns, narrow, deep, made]", "joint", JOINT), [])
  assert.deepEqual(found("low_rank", "o_lora"), [])
  assert.deepEqual(found("[deep, plain]", "[l2p, dual_prompt, coda_prompt]"), [])
  assert.deepEqual(found("[soft, deep, made]", "progressive_prompts"), [])
  assert.deepEqual(found("both", "progressive_prompts"), [])
})

test("modules of a transfer or a grouping are those of its adapter", () => {
  for (const [name, made] of [
    ["moved", "transfer moved = skip { of: low_rank, from: encoder }"],
    ["joint", "grouping joint = mbc { of: low_rank, clusters: 1 }"],
  ] as const) {
    assert.ok(found(name, "l2p", made).includes("L2R0511"))
    assert.ok(!found(name, "inc_lora", made).includes("L2R0511"))
  }
})

const planned = async (adapters: string, bounds: string) => {
  const source = { text: spec(adapters, bounds), file: "spec.l2r", directory: process.cwd() }
  return plan((await checkSource(source)).spec!, source)
}

test("the plan says so of a row that check could not judge", async () => {
  const { cells } = await planned("both", "[progressive_prompts, inc_lora]")
  const [told, summed] = cells[0].rows
  assert.match(told.notDefined!, /progressive_prompts puts the tokens .* the adapter is stack/)
  assert.match(summed.notDefined!, /inc_lora adds up what modules give/)
})

test("a row that is told the task meets the models of all tasks, and is marked", async () => {
  const { cells } = await planned("soft", "progressive_prompts")
  const [row] = cells[0].rows
  assert.equal(row.knowsTask, true)
  assert.equal(row.stages.length, 2)
})
