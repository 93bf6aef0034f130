/** Strategies that grow: the kit, on the adapters that they take. */
import assert from "node:assert/strict"
import { test } from "node:test"
import bottleneck from "../../../plugins/adapters/bottleneck.ts"
import prefix from "../../../plugins/adapters/prefix.ts"
import prompt from "../../../plugins/adapters/prompt.ts"
import incLora from "../../../plugins/strategies/inc_lora.ts"
import oLora from "../../../plugins/strategies/o_lora.ts"
import progressivePrompts from "../../../plugins/strategies/progressive_prompts.ts"
import sapt from "../../../plugins/strategies/sapt.ts"
import { Schema, type Strategy } from "../../../src/plugin/index.ts"
import { testBaseline } from "../../../src/testing/index.ts"
import { toyBench } from "../../../src/testing/router_bench.ts"
import { trainedTo } from "../../../src/testing/strategy_stream.ts"
import { backbone, perform } from "../../../src/testing/work.ts"
import { settingsFor } from "../settings.ts"

const checked = settingsFor(testBaseline)

checked(incLora)
checked(incLora, {}, { adapter: [bottleneck, { reduction: 2 }] })
checked(incLora, {}, { adapter: [prefix, { length: 2 }] })
checked(oLora)
checked(oLora, { lambda_2: 0.1, entries: "squared" }, { plainAtFirst: false })
checked(sapt, { projection: 3 })
checked(sapt, { projection: 3, temperature: 0.5 }, { adapter: [bottleneck, { reduction: 2 }] })
checked(sapt, { projection: 3, temperature: 0.5 }, { adapter: [prefix, { length: 2 }] })
checked(progressivePrompts, {}, { adapter: [prompt, { length: 2 }], plainAtFirst: false })
checked(progressivePrompts, { task: "unknown" }, { adapter: [prompt, { length: 2 }] })
checked(progressivePrompts, {}, { adapter: [prefix, { length: 2 }], plainAtFirst: false })
checked(progressivePrompts, {}, { adapter: [prefix, { length: 2, hidden: 3 }], plainAtFirst: false })

test("o_lora without penalties is inc_lora, to the byte", async () => {
  const after = async (strategy: Strategy, written: object) => {
    const { bench, stream } = await toyBench(strategy)
    const options = Schema.decodeUnknownSync(strategy.options)(written as never)
    return (await trainedTo(bench, { strategy, options }, stream, 2)).map(({ arrays }) => arrays)
  }
  const plain = await after(incLora, {})
  assert.deepEqual(await after(oLora, { lambda_1: 0, lambda_2: 0 }), plain)
  assert.notDeepEqual(await after(oLora, { lambda_1: 0.1 }), plain)
})

/** Logits of the whole toy test set at each stage, by the steps that the plan makes of a row that is told the task. */
const told = async () => {
  const setting = {
    strategy: progressivePrompts,
    options: { task: "given" },
    adapter: { plugin: prompt, options: { length: 2, start: "normal", text: "", deviation: 0.5 } },
  }
  const { bench, stream } = await toyBench(progressivePrompts)
  const models = await trainedTo(bench, setting, stream, 2)
  const encoded = await Promise.all(
    models.map((shared) =>
      perform(bench, "encode", { what: "shared", backbone, seed: 1 }, { shared, blind: stream.blind }),
    ),
  )
  const task = Array.from(stream.truth.arrays.task.data, Number)
  /** A stage has texts of its own task and of earlier ones. */
  const places = [0, 1, 2].map((stage) => task.flatMap((t, i) => (t <= stage ? [i] : [])))
  const stages = places.map((own, stage) => [`stage/${stage}`, { shape: [own.length], data: Int32Array.from(own) }])
  const blind = { ...stream.blind, arrays: { ...stream.blind.arrays, ...Object.fromEntries(stages) } }
  const at = (stage: number) =>
    perform(
      bench,
      "evaluate",
      { how: "of_task", stage, seed: 1 },
      {
        encoded: encoded.slice(0, stage + 1),
        shared: models[stage],
        tokens: stream.tokens.slice(0, stage + 1),
        blind,
        truth: stream.truth,
      },
    )
  return { at, task, places }
}

test("progressive_prompts forgets nothing: what a text's own classes score stays, to the byte", async () => {
  const { at, task, places } = await told()
  const stages = await Promise.all([0, 1, 2].map(at))
  const own = (stage: number, i: number) => {
    const { shape, data } = stages[stage].arrays.logits
    return [0, 1].map((c) => data[places[stage].indexOf(i) * shape[1] + 2 * task[i] + c])
  }
  for (const [i, t] of task.entries())
    for (const stage of [0, 1, 2].filter((later) => later >= t)) assert.deepEqual(own(stage, i), own(t, i))
  assert.ok(
    task.some((_, i) => own(2, i).some((score) => Math.abs(Number(score)) > 1e-3)),
    "nothing was learnt",
  )
})
