/** The kit finds what is wrong with broken strategies: each of its checks can fail. */
import assert from "node:assert/strict"
import { test } from "node:test"
import {
  add,
  defineStrategy,
  mul,
  NoOptions,
  pool,
  reshape,
  type Strategy,
  scale,
  stopGradient,
  sum,
  zeros,
} from "../../src/plugin/index.ts"
import { validated } from "../../src/plugin/validate.ts"
import { type BaselineSettings, baselineChecks } from "../../src/testing/baseline.ts"

const sound = {
  name: "broken",
  summary: "a strategy with a fault",
  options: NoOptions,
  trains: "adapter",
  visits: "one_by_one",
} as const

/** The checks whose names begin so must fail. */
const finds = (
  what: string,
  own: Partial<Strategy>,
  expected: readonly string[],
  settings: BaselineSettings = {},
): void => {
  test(`found: ${what}`, async () => {
    const checks = baselineChecks(defineStrategy({ ...sound, ...own } as never), {}, settings)
    for (const beginning of expected) {
      const check = checks.find(({ name }) => name.startsWith(beginning))
      assert.ok(check && !check.skip, `there is no check "${beginning}"`)
      await assert.rejects(check.run, `"${beginning}" passed`)
    }
  })
}

finds(
  "a loss that is no sum of means",
  { loss: ({ all, crossEntropy }) => mul(all(crossEntropy()), all(crossEntropy())) },
  ["a batch in parts", "trains the first task"],
)
finds(
  "a loss whose gradient is cut",
  {
    loss: ({ all, crossEntropy }) =>
      add(all(crossEntropy()), mul(stopGradient(all(crossEntropy())), all(crossEntropy()))),
  },
  ["gradients of its loss"],
)
finds("a loss by chance", { loss: ({ all, crossEntropy }) => scale(all(crossEntropy()), 1 + Math.random()) }, [
  "is the same",
])
finds(
  "replay that is left out of the loss",
  { replays: () => ({ draws: 1 }), loss: ({ newest, crossEntropy }) => newest(crossEntropy()) },
  ["what is remembered"],
)
finds(
  "samples of its own model that are left out of the loss",
  {
    replays: () => ({ draws: 1, from: "itself" }),
    loss: ({ newest, crossEntropy }) => newest(crossEntropy()),
  },
  ["what is remembered takes part", "is trained on what its own model has written"],
)
finds(
  "chance beside samples of its own model",
  {
    replays: () => ({ draws: 1, from: "itself" }),
    loss: ({ all, samples, crossEntropy }) => scale(add(all(crossEntropy()), samples(crossEntropy())), Math.random()),
  },
  ["is the same", "trains on the texts", "goes on"],
)
finds(
  "arrays of the stage before that are written into",
  {
    carries: ({ trained, carried }) => {
      for (const { data } of Object.values(carried.kept ?? {})) (data as Float32Array).fill(7)
      return {
        kept: Object.fromEntries(
          Object.entries(trained).map(([name, one]) => [name, { ...one, data: one.data.slice() }]),
        ),
      }
    },
  },
  ["changes nothing"],
)
finds(
  "carried numbers that are not finite",
  {
    carries: ({ trained }) => ({
      kept: Object.fromEntries(
        Object.entries(trained).map(([name, { shape, data }]) => [
          name,
          { shape, data: Float32Array.from(data as Float32Array, () => Number.NaN) },
        ]),
      ),
    }),
  },
  ["is the same"],
)
finds("replay that is said to leave nothing", { replays: () => ({ draws: 1 }) }, ["is plain training"], { neutral: {} })
finds(
  "an attention that comes to the same for all texts and arrays",
  {
    grows: () => "sum",
    attends: {
      parameters: ({ stage }) => ({ one: zeros([1, stage + 1]) }),
      weights: ({ embeddings, p }) => {
        const none = scale(sum(pool("mean", embeddings), -1, true), 0)
        return add(add(reshape(scale(p.one, 0), [-1]), none), 1)
      },
    },
  },
  ["the attention is at work"],
)
finds("texts that take no part", { loss: ({ all, crossEntropy }) => scale(all(crossEntropy()), 0) }, [
  "trains on the texts",
])

finds(
  "a loss that reads whose classes an example has, of a strategy that says nothing of boundaries",
  { loss: ({ all, crossEntropy, logits, own }) => all(add(crossEntropy(), scale(sum(mul(logits, own), -1), 0.1))) },
  ["along a sequence is the same"],
)
finds("chance along a sequence", { loss: ({ all, crossEntropy }) => scale(all(crossEntropy()), 1 + Math.random()) }, [
  "along a sequence is the same",
  "along a sequence is trained on the texts",
  "along a sequence goes on",
])

test("a strategy that says why it must be told where a task ends is not trained along a sequence", () => {
  const told = defineStrategy({ ...sound, boundaries: () => "it reads whose classes an example has" })
  assert.deepEqual(
    baselineChecks(told).filter(({ name }) => name.startsWith("along a sequence")),
    [],
  )
})

for (const [what, own, message] of [
  [
    "replay over all tasks at once",
    { visits: "all_at_once", replays: () => ({ draws: 1 }) },
    /visits all tasks at once/,
  ],
  ["gradients without replay", { gradients: (g: readonly never[]) => g }, /no `replays`/],
  ["logits of what is remembered without replay", { records: "remembered" }, /no `replays`/],
  ["information that nobody carries on", { fisher: () => ({ examples: 1, labels: "given" }) }, /no `carries`/],
  ["a word in the place of a function", { grows: "sum" }, /has `grows`, which is "sum" and no function/],
  [
    "a reason in the place of a function",
    { boundaries: "tasks" },
    /has `boundaries`, which is "tasks" and no function/,
  ],
  ["another model's logits", { records: "all" }, /has records: "all"/],
  ["half a representation", { representation: { gives: () => 0 } }, /`representation` without a function `parameters`/],
  [
    "information on a representation",
    {
      fisher: () => ({ examples: 1, labels: "given" }),
      carries: () => ({}),
      representation: { parameters: () => ({}), gives: () => 0 },
    },
    /`fisher` and `representation`/,
  ],
  ["half a pool", { pool: { query: () => "frozen_cls" } }, /`pool` without a function `parameters`/],
  [
    "half an attention",
    { grows: () => "sum", attends: { weights: () => 0 } },
    /`attends` without a function `parameters`/,
  ],
  ["attention over no modules", { attends: { parameters: () => ({}), weights: () => 0 } }, /`attends` and no `grows`/],
  ["adaptation without a memory", { adapts: () => ({}) }, /no `replays`/],
] as const)
  test(`turned down: ${what}`, () => {
    assert.throws(() => validated({ kind: "strategy", ...sound, ...own }, "the file"), message)
  })
