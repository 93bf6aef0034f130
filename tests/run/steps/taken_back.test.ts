/** A memory that has a text again which it had left out: what the model of then made of it is gone, and is not made up. */
import assert from "node:assert/strict"
import { test } from "node:test"
import derPp from "../../../plugins/strategies/der_pp.ts"
import type { Artifact } from "../../../src/plan/step.ts"
import { defineMemory, NoOptions } from "../../../src/plugin/index.ts"
import { performers } from "../../../src/run/steps/index.ts"
import { type StrategySetting, stepOf, strategyBench, trainedAt } from "../../../src/testing/strategy_stream.ts"
import { workOf } from "../../../src/testing/work.ts"

const setting: StrategySetting = { strategy: derPp, options: { alpha: 0.1, beta: 0.5, classes: "seen" } }
const refused = (what: string) => ({
  name: "StepError",
  message: new RegExp(`the memory has ${what}, which it had not kept`),
  help: /`keep` of the memory/,
})

const memory = (...own: readonly number[]): Artifact => ({
  json: {},
  arrays: { indices: { shape: [own.length], data: Int32Array.from(own) } },
})

test("from task to task what is kept may shrink, and what was dropped does not come back", async () => {
  const { bench, stream } = await strategyBench(setting)
  const at = (stage: number, memories: readonly Artifact[], before?: Artifact) =>
    trainedAt(bench, setting, { ...stream, memories }, stage, before)
  const second = await at(1, [memory(0, 1)], await at(0, []))
  await at(2, [memory(1), memory(0)], second)
  await assert.rejects(at(2, [memory(1, 2), memory(0)], second), refused("text 2 of task 0"))
  const nothing = await at(1, [memory()], await at(0, []))
  await assert.rejects(at(2, [memory(0), memory(0)], nothing), refused("text 0 of task 0"))
})

/** The first text, from the fifth on. */
const late = defineMemory({
  name: "late",
  summary: "a test",
  options: NoOptions,
  keep: (arrivals) => Int32Array.from(arrivals.class.length < 5 ? [] : [0]),
})

test("along a sequence likewise", async () => {
  const { bench, stream } = await strategyBench(setting)
  const sequence = { tasks: ["task 0", "task 1", "task 2"], blur: 0, memory: { plugin: "late", options: {} } }
  const options = { ...stepOf(setting, 0, {}), sequence }
  const work = workOf({ ...bench, plugins: [derPp, late] }, options, { tokens: stream.tokens, previous: [] })
  await assert.rejects(Promise.resolve(performers.course(work)), refused("text 0 of the sequence"))
})
