import assert from "node:assert/strict"
import { test } from "node:test"
import { neededBy } from "../../src/plan/rows/modules_needed.ts"
import { checkTraining } from "../../src/plugin/checked_strategy.ts"
import type { Strategy } from "../../src/plugin/index.ts"
import { strategyWith } from "./strategy_with.ts"

const adaptation = { neighbours: 3, steps: 0, learningRate: 1e-3, query: "frozen_mean", loss: () => undefined }

test("what strategies may say passes", () => {
  const sound: readonly Readonly<Record<string, unknown>>[] = [
    {},
    { replays: { draws: 1 }, freezes: {}, head: "linear", masks: true, knowsTask: false },
    { replays: { draws: 1, from: "itself" } },
    { replays: { draws: 2, every: 100 }, freezes: { bodyAfter: 0, earlierClasses: true }, head: { cosine: 10 } },
    { adapts: adaptation, fisher: { examples: 1, labels: "expected" } },
    { adapts: { ...adaptation, momentum: 0.9 }, needs: "own_keys", classes: undefined },
    { boundaries: undefined, blocks: undefined, variants: undefined },
    { variants: { count: 2, of: () => [] } },
    { blocks: { least: 3, why: "it counts to three", help: "take a deeper one", option: "general" } },
    { boundaries: "it reads `own`" },
    { grows: "concatenate", classes: { why: "it can't", help: "take another" } },
  ]
  for (const says of sound)
    checkTraining(
      strategyWith(Object.fromEntries(Object.entries(says).map(([member, value]) => [member, () => value]))),
      {},
      2,
    )
})

const wrong: readonly (readonly [string, unknown, RegExp])[] = [
  ["replays", undefined, /its `replays` gives undefined$/],
  ["replays", {}, /its `replays` gives \{\}$/],
  ["replays", { draws: 0 }, /its `replays` gives { draws: 0 }/],
  ["replays", { draws: 1.5 }, /draws: 1.5/],
  ["replays", { draws: 1e6 }, /draws: 1000000/],
  ["replays", { draws: 1, every: 0 }, /draws: 1, every: 0/],
  ["replays", { draws: 1, evry: 2 }, /evry: 2/],
  ["fisher", { examples: 0, labels: "given" }, /its `fisher` gives { examples: 0, labels: "given" }/],
  ["fisher", { examples: 4 }, /examples: 4/],
  ["freezes", null, /its `freezes` gives null at stage 1/],
  ["freezes", { bodyAfter: Number.NaN }, /bodyAfter: NaN/],
  ["freezes", { earlierClasses: "yes" }, /earlierClasses: "yes"/],
  ["head", "square", /its `head` gives "square"/],
  ["head", { cosine: "10" }, /cosine: "10"/],
  ["adapts", { ...adaptation, momentum: 1 }, /momentum: 1 }/],
  ["adapts", { ...adaptation, query: "mean" }, /query: "mean"/],
  ["adapts", { ...adaptation, loss: undefined }, /loss: undefined/],
  ["variants", { count: 0, of: () => [] }, /its `variants` gives { count: 0/],
  ["variants", { count: 2 }, /its `variants` gives { count: 2 }/],
  ["grows", "multiply", /its `grows` gives "multiply"/],
  ["masks", "no", /its `masks` gives "no"/],
  ["knowsTask", undefined, /its `knowsTask` gives undefined/],
  ["needs", "low_rank", /its `needs` gives "low_rank"/],
  ["boundaries", true, /its `boundaries` gives true/],
  ["blocks", 3, /its `blocks` gives 3/],
  ["blocks", { least: 0, why: "it counts", help: "take a deeper one" }, /its `blocks` gives { least: 0/],
  ["blocks", { least: 2 }, /its `blocks` gives { least: 2 }/],
  ["classes", 3, /its `classes` gives 3/],
]
for (const [member, value, message] of wrong)
  test(`refused: ${message.source}`, () =>
    assert.throws(() => checkTraining(strategyWith({ [member]: () => value }), {}, 1), {
      name: "PluginError",
      message,
      help: /return/,
    }))

test("a pool reads features that there are", () => {
  const pooled = (query: string) => ({ ...strategyWith({}), pool: { query: () => query } }) as unknown as Strategy
  checkTraining(pooled("frozen_cls"), {}, 1)
  assert.throws(() => checkTraining(pooled("mean"), {}, 1), /its `pool.query` gives "mean"/)
})

test("what an attention weighs adds up", () => {
  const attends = { parameters: () => ({}), weights: () => undefined }
  const growing = (how: string) => ({ ...strategyWith({ grows: () => how }), attends }) as unknown as Strategy
  checkTraining(growing("sum"), {}, 1)
  assert.throws(() => checkTraining(growing("concatenate"), {}, 1), /its `attends` weighs what modules give/)
})

test("what is frozen is asked at each stage", () => {
  const later = { ...strategyWith({}), freezes: (stage: number) => (stage < 2 ? {} : (7 as never)) }
  checkTraining(later, {}, 2)
  assert.throws(() => checkTraining(later, {}, 3), /its `freezes` gives 7 at stage 3/)
})

test("modules that are needed for no known reason are refused before they are looked up", () => {
  assert.throws(() => neededBy(strategyWith({ needs: () => "foo" }), {}), /its `needs` gives "foo"/)
  assert.throws(() => neededBy(strategyWith({ grows: () => true }), {}), /its `grows` gives true/)
})
