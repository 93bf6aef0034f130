/** What a reading says of the experts that it prunes: the shares that a study shows beside. */
import assert from "node:assert/strict"
import { before, test } from "node:test"
import moduleformer from "../../../plugins/backbones/moduleformer/index.ts"
import { expertShares } from "../../../src/learning/index.ts"
import { trainWordPiece } from "../../../src/model/wordpiece.ts"
import type { Artifact } from "../../../src/plan/step.ts"
import { type HostTensor, randomStream } from "../../../src/plugin/index.ts"
import { asArtifact } from "../../../src/run/steps/pretraining/language_model.ts"
import type { ReadJson } from "../../../src/run/steps/pretraining/read.ts"
import { type Bench, perform } from "../../../src/testing/work.ts"
import { onOnnxruntime } from "../../tensor/run.ts"

/** Short and long ones: what their tokens choose counts as often as a next token is predicted. */
const examples = ["sun", "rain and snow", "the wind of the sea is cold and the sky is grey", "snow", "a storm"].map(
  (text, i) => ({ text, label: "weather", id: String(i) }),
)
/** Training texts are the test texts. */
const dataset = { name: "weather", labels: ["weather"], train: examples, validation: [], test: examples }

let reading: Artifact
before(async () => {
  const size = { layers: 2, width: 8, heads: 2, intermediate: 6, vocabulary: 60, positions: 32, experts: 4 }
  const tokenizer = trainWordPiece(
    examples.map(({ text }) => text),
    { size: size.vocabulary },
  )
  const made = moduleformer.create!(size, tokenizer, randomStream(1, "weights"))
  const weights = Object.entries(made.weights).map(([name, { shape, data }]): [string, HostTensor] => [
    name,
    { shape, data: (data as Float32Array).map((x) => (shape.length > 1 ? 20 * x : x)) },
  ])
  const model = asArtifact({ ...made, weights: Object.fromEntries(weights) }, new Float64Array(0))
  reading = await perform(
    { engine: await onOnnxruntime() } as Bench,
    "read",
    { family: { plugin: "moduleformer", options: {} }, prune: [0.5], seed: 1 },
    { model, dataset: { json: dataset as never, arrays: {} } },
  )
})

test("the largest share that a dropped expert had is one of the shares of experts", () => {
  const { gates, pruned } = reading.json as unknown as ReadJson
  const choices = {
    predicted: reading.arrays.predicted.data as Int32Array,
    chosen: gates.map((_, gate) => reading.arrays[`chosen/${gate}`].data as Float32Array),
  }
  const once = new Int32Array(examples.length).fill(1)
  const shares = gates.flatMap((_, gate) => [...expertShares(choices, gate, once)])
  assert.equal(shares.length, 4 * 4)
  const [byActivation, byChance] = pruned
  assert.deepEqual(
    [byActivation.by, byActivation.experts, byChance.by, byChance.experts],
    ["activation", 8, "chance", 8],
  )
  const most = byActivation.threshold as number
  assert.ok(most > 0 && Math.min(...shares.map((share) => Math.abs(share - most))) < 1e-6, `${most} of ${shares}`)
  assert.equal(byChance.threshold, undefined)
})
