/** IDBR over three tasks on the tiny BERT against PyTorch: what is trained, and logits by the steps of a run; and the texts that it makes. */
import assert from "node:assert/strict"
import { test } from "node:test"
import idbr from "../../../plugins/strategies/idbr.ts"
import { randomStream, Schema } from "../../../src/plugin/index.ts"
import { backbone, perform } from "../../../src/testing/work.ts"
import golden from "../../golden/idbr.json" with { type: "json" }
import { apart, engines, textsOf, tinyBert } from "../../model/golden.ts"
import {
  assertNear,
  blindOf,
  chosen,
  LORA,
  memoriesOf,
  modelOf,
  named,
  TOLERANCE,
  tokensOf,
  trained,
} from "./golden_stream.ts"

for (const { options, final, logits } of golden.variants)
  test(`idbr { classified: ${options.classified} }: three tasks, and what the model says of texts, as in PyTorch`, async () => {
    const bench = { network: await tinyBert(), engine: await engines.reference() }
    const strategy = await chosen("strategy", "idbr", options)
    const shared = await trained(bench, golden, strategy, {
      start: modelOf(golden.initial),
      adapter: LORA,
      memories: memoriesOf(golden),
    })
    assertNear(shared, named(final))
    const texts = textsOf(golden.tested.map((i) => golden.ids[i]))
    const blind = blindOf(texts)
    const encoded = await perform(bench, "encode", { what: "shared", backbone, seed: 1, stage: 2 }, { shared, blind })
    assert.deepEqual(encoded.arrays.features.shape, [texts.length, 2 * options.width])
    const { arrays } = await perform(
      bench,
      "evaluate",
      { how: "shared", stage: 2, seed: 1 },
      { encoded, shared, tokens: tokensOf(golden) },
    )
    assert.ok(apart(arrays.logits.data as Float32Array, logits) < TOLERANCE)
  })

const made = (options: object, seed = 1) => {
  const { of, count } = idbr.variants!(Schema.decodeUnknownSync(idbr.options)(options as never))!
  const pieces = of({
    words: Int32Array.of(1, 2, 3, 4, 5),
    other: Int32Array.of(11, 12, 13, 14),
    random: randomStream(seed, "halves"),
  })
  assert.equal(pieces.length, count)
  return pieces.map((text) => text.map((piece) => [...piece]))
}

test("idbr: halves of a text in order, and swapped, or with the second half of another text", () => {
  assert.deepEqual(made({ cut: "middle" }), [
    [
      [1, 2, 3],
      [4, 5],
    ],
    [
      [4, 5],
      [1, 2, 3],
    ],
  ])
  assert.deepEqual(made({ cut: "middle", negatives: "other" }), [
    [
      [1, 2, 3],
      [4, 5],
    ],
    [
      [1, 2, 3],
      [13, 14],
    ],
  ])
  const cuts = new Set(Array.from({ length: 60 }, (_, seed) => made({}, seed)[0][0].length))
  assert.deepEqual([...cuts].sort(), [1, 2, 3, 4])
  for (const [first, second] of made({})) assert.deepEqual([...first, ...second].sort(), [1, 2, 3, 4, 5])
  assert.equal(idbr.variants!(Schema.decodeUnknownSync(idbr.options)({ lambda_next: 0 })), undefined)
})
