/** Texts that a strategy makes of others, in the frame that a tokenizer gives; and what a strategy may not say of them and of its head. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { constant, type Strategy, scale } from "../../../src/plugin/index.ts"
import { framed, frameOf } from "../../../src/run/steps/training/strategy/variants.ts"
import { StepError } from "../../../src/run/work.ts"
import { strategyBench, trainedTo } from "../../../src/testing/strategy_stream.ts"
import { tinyDecoder } from "../../model/decoders.ts"
import { tinyBert } from "../../model/golden.ts"
import { strategyWith } from "../../plugin/strategy_with.ts"

const ids = (...of: readonly number[]) => Int32Array.from(of)

test("pieces stand between the special tokens of the tokenizer, and are cut to what a text may have", async () => {
  const { backbone, checkpoint } = await tinyBert()
  const frame = frameOf({ backbone, checkpoint })
  const [text] = backbone.tokenize(["rain"], checkpoint)
  assert.deepEqual([frame.before, frame.after], [text.slice(0, 1), text.slice(-1)])
  const { before, after } = { before: ids(2), after: ids(3) }
  assert.deepEqual(framed([ids(7, 8), ids(9)], { before, after }, 9), ids(2, 7, 8, 3, 9, 3))
  assert.deepEqual(framed([ids(7, 8), ids(9)], { before, after }, 5), ids(2, 7, 8, 3, 3))
  assert.deepEqual(framed([ids(7, 8), ids(9)], { before, after }, 4), ids(2, 7, 8, 3))
  assert.deepEqual(framed([ids(), ids()], { before, after }, 9), ids(2, 3, 3))
})

test("where one token stands before a text, and where none does, pieces stand side by side", async () => {
  const { backbone, checkpoint } = await tinyDecoder("qwen2")
  const one = frameOf({ backbone, checkpoint })
  assert.deepEqual(framed([ids(7, 8), ids(9)], one, 9), ids(one.before[0], 7, 8, 9))
  const bare = { ...checkpoint, tokenizer: { ...(checkpoint.tokenizer as object), post_processor: null } }
  assert.throws(() => backbone.tokenize([""], bare))
  assert.deepEqual(framed([ids(7, 8), ids(9)], frameOf({ backbone, checkpoint: bare }), 9), ids(7, 8, 9))
})

const refused = async (own: Partial<Strategy>, said: RegExp) => {
  const setting = { strategy: strategyWith(own), options: {} }
  const { bench, stream } = await strategyBench(setting)
  await assert.rejects(
    trainedTo(bench, setting, stream, 0),
    (error) => error instanceof StepError && said.test(error.message),
  )
}

const W = { shape: [8, 2], draw: "ones" } as const

for (const [what, own, said] of [
  ["no texts", { variants: () => ({ count: 1, of: () => undefined }) }, /`variants` gives .* where 1 texts are made/],
  ["too few texts", { variants: () => ({ count: 2, of: ({ words }) => [[words]] }) }, /where 2 texts are made/],
  ["a text without pieces", { variants: () => ({ count: 1, of: () => [[]] }) }, /where 1 texts are made/],
  [
    "no first values",
    { representation: { parameters: () => 3, gives: (r) => r } },
    /`parameters` of its representation gives 3/,
  ],
  [
    "a constant",
    { representation: { parameters: () => ({ W }), gives: () => constant([1, 2]) } },
    /`gives` of its representation/,
  ],
  [
    "nothing",
    { representation: { parameters: () => ({ W }), gives: () => undefined } },
    /gives undefined where the head reads/,
  ],
] as readonly (readonly [string, Partial<Strategy>, RegExp])[])
  test(`a strategy that gives ${what} is refused`, () => refused(own as Partial<Strategy>, said))

test("arrays that neither the head nor the loss reads are named", () =>
  refused(
    {
      representation: { parameters: () => ({ W }), gives: (r) => scale(r, 2) },
      loss: ({ all, crossEntropy }) => all(crossEntropy()),
    },
    /does not depend on 1 of the .* parameters that are trained \(head\/representation\/W\)/,
  ))
