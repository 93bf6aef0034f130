/** The reference gradients of a strategy are those of the mean cross-entropy of what is remembered, whatever its own loss is. */
import assert from "node:assert/strict"
import { test } from "node:test"
import prompt from "../../../plugins/adapters/prompt.ts"
import type { Artifact } from "../../../src/plan/step.ts"
import { add, defineStrategy, NoOptions, normal, pow, type Strategy, scale, sum } from "../../../src/plugin/index.ts"
import { gap } from "../../../src/testing/nearness.ts"
import { decoded } from "../../../src/testing/plugin_options.ts"
import { strategyBench, trainedAt } from "../../../src/testing/strategy_stream.ts"

const made = (loss: Strategy["loss"], gradients: Strategy["gradients"]): Strategy =>
  defineStrategy({
    name: "tested",
    summary: "a test",
    options: NoOptions,
    trains: "adapter",
    visits: "one_by_one",
    replays: () => ({ draws: 1 }),
    gradients,
    ...(loss && { loss }),
  })

/** The second stage, from one first stage. */
const second = async (loss: Strategy["loss"], gradients: Strategy["gradients"]): Promise<Artifact> => {
  const setting = (strategy: Strategy) => ({ strategy, options: {} })
  const { bench, stream } = await strategyBench(setting(made(loss, gradients)))
  const plain = made(undefined, gradients)
  const first = await trainedAt({ ...bench, plugins: [plain] }, setting(plain), stream, 0)
  return trainedAt(bench, setting(made(loss, gradients)), stream, 1, first)
}

/** Texts of the newest task alone, and a term on parameters that remembered texts have nothing to do with. */
const drawn: Strategy["loss"] = ({ newest, crossEntropy, trained }) =>
  add(scale(newest(crossEntropy()), 3), sum(pow(trained["head/W"], 2)))

test("steps along the reference are the same under every loss", async () => {
  const along: Strategy["gradients"] = (_own, reference) => reference
  const [plain, own] = [await second(undefined, along), await second(drawn, along)]
  assert.deepEqual(Object.keys(own.arrays), Object.keys(plain.arrays))
  for (const [name, { data }] of Object.entries(plain.arrays)) assert.deepEqual(own.arrays[name].data, data, name)
})

test("steps along the own gradients follow the own loss", async () => {
  const along: Strategy["gradients"] = (own) => own
  const [plain, own] = [await second(undefined, along), await second(drawn, along)]
  assert.ok(gap(plain.arrays["head/W"], own.arrays["head/W"]) > 1e-3)
})

test("a parameter that the own loss alone reads has reference gradients of 0, and stays", async () => {
  const along: Strategy["gradients"] = (_own, reference) => reference
  const keyed: Strategy = {
    ...made(({ newest, crossEntropy, pool }) => add(newest(crossEntropy()), sum(pow(pool!.p.keys, 2))), along),
    pool: {
      query: () => "frozen_cls",
      parameters: ({ width, sites }) => ({
        keys: normal([2, width], 1),
        ...Object.fromEntries(
          sites.flatMap(({ site, initials }) =>
            Object.entries(initials).map(([name, initial]) => [`${site.name}/${name}`, initial] as const),
          ),
        ),
      }),
      gives: ({ site, initials, p }) =>
        Object.fromEntries(Object.keys(initials).map((name) => [name, p[`${site.name}/${name}`]])),
    },
  }
  const adapter = { plugin: prompt, options: decoded(prompt, { length: 2 }) }
  const setting = { strategy: keyed, options: {}, adapter }
  const { bench, stream } = await strategyBench(setting)
  const first = await trainedAt(bench, setting, stream, 0)
  const then = await trainedAt(bench, setting, stream, 1, first, { weight_decay: 0 })
  assert.deepEqual(then.arrays["pool/keys"].data, first.arrays["pool/keys"].data)
  assert.ok(gap(then.arrays["head/W"], first.arrays["head/W"]) > 1e-3)
})
