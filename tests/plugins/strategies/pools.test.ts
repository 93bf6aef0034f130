/** Prompt pools: the kit, on the adapters that they take. */
import assert from "node:assert/strict"
import { test } from "node:test"
import prefix from "../../../plugins/adapters/prefix.ts"
import prompt from "../../../plugins/adapters/prompt.ts"
import codaPrompt from "../../../plugins/strategies/coda_prompt.ts"
import dualPrompt from "../../../plugins/strategies/dual_prompt.ts"
import l2p from "../../../plugins/strategies/l2p.ts"
import { type Adapter, Schema, type Strategy } from "../../../src/plugin/index.ts"
import { textsIn } from "../../../src/run/steps/given.ts"
import { testBaseline } from "../../../src/testing/index.ts"
import { assertNear, gap } from "../../../src/testing/nearness.ts"
import { rowsOf } from "../../../src/testing/routed_stream.ts"
import { strategyBench, trainedTo } from "../../../src/testing/strategy_stream.ts"
import { blindOf } from "../../../src/testing/toy_stream.ts"
import { backbone, perform } from "../../../src/testing/work.ts"

const own = { plainAtFirst: false } as const
testBaseline(l2p, { pool: 3, top_k: 2 }, { adapter: [prompt, { length: 2 }], ...own })
testBaseline(l2p, { pool: 3, top_k: 2, mask: false, features: "mean" }, { adapter: [prefix, { length: 2 }], ...own })
testBaseline(dualPrompt, { general: 1, general_length: 2 }, { adapter: [prefix, { length: 2 }], ...own })
testBaseline(dualPrompt, { general: 0, keys: "layer" }, { adapter: [prefix, { length: 2 }], ...own })
testBaseline(codaPrompt, { components: 2 }, { adapter: [prefix, { length: 2 }], ...own })
testBaseline(codaPrompt, { components: 2, lambda: 0, blocks: 1 }, { adapter: [prefix, { length: 2 }], ...own })

/** Logits of some texts of the toy test set after three tasks, by the steps of a run. */
const logitsOf = async (strategy: Strategy, written: object, adapter: Adapter) => {
  const decode = ({ options }: Strategy | Adapter, some: object) => Schema.decodeUnknownSync(options)(some as never)
  const setting = {
    strategy,
    options: decode(strategy, written),
    adapter: { plugin: adapter, options: decode(adapter, { length: 2 }) },
  }
  const { bench, stream } = await strategyBench(setting)
  const shared = (await trainedTo(bench, setting, stream, 2))[2]
  const all = textsIn(stream.blind, "test")
  return async (places: readonly number[]) => {
    const blind = blindOf(
      places.map((i) => all[i]),
      3,
    )
    const features = await perform(bench, "features", { backbone, split: "test" }, { texts: blind })
    const encoded = await perform(
      bench,
      "encode",
      { what: "shared", backbone, seed: 1, stage: 2 },
      { shared, blind, features },
    )
    const { tokens } = stream
    return (await perform(bench, "evaluate", { how: "shared", stage: 2, seed: 1 }, { encoded, shared, tokens })).arrays
      .logits
  }
}

/** Kernels choose their code by the number of rows. */
const ALONE = 1e-5

for (const [strategy, options, adapter] of [
  [l2p, { pool: 3, top_k: 2 }, prompt],
  [dualPrompt, { general: 1 }, prefix],
  [codaPrompt, { components: 2 }, prefix],
] as readonly (readonly [Strategy, object, Adapter])[])
  test(`${strategy.name}: what a text gets does not depend on the others of its batch`, async () => {
    const under = await logitsOf(strategy, options, adapter)
    const every = Array.from({ length: 12 }, (_, i) => i)
    const all = await under(every)
    for (const some of [[4], [7, 2, 11]])
      assertNear(await under(some), rowsOf(all, some), ALONE, `texts ${some.join(", ")}`)
    const rows = new Set(every.map((i) => rowsOf(all, [i]).data.join()))
    assert.equal(rows.size, 12, "texts are told apart")
  })

test("what belongs to earlier tasks keeps its bytes, and what all tasks share does not", async () => {
  const setting = (strategy: Strategy, written: object) => ({
    strategy,
    options: Schema.decodeUnknownSync(strategy.options)(written as never),
    adapter: { plugin: prefix as Adapter, options: { length: 2, hidden: 0 } },
  })
  for (const one of [setting(dualPrompt, { general: 1 }), setting(codaPrompt, { components: 2 })]) {
    const { bench, stream } = await strategyBench(one)
    const stages = await trainedTo(bench, one, stream, 2)
    for (const [name, { data }] of Object.entries(stages[1].arrays)) {
      if (!name.startsWith("pool/")) continue
      const later = stages[2].arrays[name].data
      if (name.includes("general")) assert.notDeepEqual(later, data, name)
      else assert.deepEqual(later, data, name)
    }
  }
})

test("dual_prompt: a text gets the prompts of the task whose key is nearest to it, and no others", async () => {
  const setting = {
    strategy: dualPrompt as Strategy,
    options: Schema.decodeUnknownSync(dualPrompt.options)({ general: 1 } as never),
    adapter: { plugin: prefix as Adapter, options: { length: 2, hidden: 0 } },
  }
  const { bench, stream } = await strategyBench(setting)
  const shared = (await trainedTo(bench, setting, stream, 2))[2]
  const blind = blindOf(textsIn(stream.blind, "test").slice(0, 1), 3)
  const features = await perform(bench, "features", { backbone, split: "test" }, { texts: blind })
  const query = Float32Array.from(features.arrays.cls.data as Float32Array)
  /** The key of a task is the query, those of the others are opposite; the prompts of one task are others. */
  const states = async (own: number, changed: number) => {
    const arrays = Object.fromEntries(
      Object.entries(shared.arrays).map(([name, { shape, data }]) => {
        const [, task] = /\/key (\d)$/.exec(name) ?? []
        if (task) return [name, { shape, data: query.map((x) => (Number(task) === own ? x : -x)) }]
        const other = name.startsWith("pool/") && name.endsWith(` ${changed}`)
        return [name, { shape, data: other ? (data as Float32Array).map((x) => x + 0.7) : data }]
      }),
    )
    const step = { what: "shared", backbone, seed: 1, stage: 2 }
    const encoded = await perform(bench, "encode", step, { shared: { ...shared, arrays }, blind, features })
    return encoded.arrays.features
  }
  for (const own of [0, 1, 2]) {
    const plain = await states(own, -1)
    for (const task of [0, 1, 2])
      assert.equal(gap(await states(own, task), plain) > 1e-4, task === own, `key of task ${own}, prompts of ${task}`)
  }
})

test("dual_prompt: where the plan is not told how deep the backbone is, the training says that it has no block for the prompts of tasks", async () => {
  const setting = {
    strategy: dualPrompt as Strategy,
    options: Schema.decodeUnknownSync(dualPrompt.options)({ general: 2 } as never),
    adapter: { plugin: prefix as Adapter, options: { length: 2, hidden: 0 } },
  }
  const { bench, stream } = await strategyBench(setting)
  await assert.rejects(trainedTo(bench, setting, stream, 0), /needs a backbone of 3 blocks or more, and this one has 2/)
})
