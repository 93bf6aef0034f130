/** Hidden states of BERT checkpoints against PyTorch's, on both backends. */
import assert from "node:assert/strict"
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import bert from "../../plugins/backbones/bert/index.ts"
import { packed } from "../../src/model/batch.ts"
import { encoder } from "../../src/model/encoder.ts"
import { ACTIVATIONS, type Checkpoint, constant, program, randomStream, type Tensor } from "../../src/plugin/index.ts"
import aosp from "../golden/bert_aosp.json" with { type: "json" }
import minilm from "../golden/bert_minilm.json" with { type: "json" }
import tiny from "../golden/tiny_bert.json" with { type: "json" }
import { apart, checkpointAt, engines, textsOf } from "./golden.ts"

/** The state at the input of each block and the last one, one text after the other, with the pooled states. */
const states = async (checkpoint: Checkpoint, ids: readonly (readonly number[])[], on: keyof typeof engines) => {
  const blocks: Tensor[] = []
  const { hidden, features } = encoder({ backbone: bert, checkpoint }, { block: (_layer, state) => blocks.push(state) })
  const named = Object.fromEntries([...blocks, hidden].map((state, layer) => [`state/${layer}`, state]))
  const session = await (await engines[on]()).compile(program({ ...named, features }))
  const outputs = await session.run(packed(textsOf(ids)))
  await session.release()
  const { width } = checkpoint
  const starts = ids.map((_, e) => ids.slice(0, e).reduce((sum, { length }) => sum + length, 0))
  return {
    /** The first `tokens` tokens and `coordinates` of a text at a layer. */
    hidden: (text: number, layer: number, tokens: number, coordinates: number) =>
      Array.from({ length: tokens }, (_, t) => {
        const from = (starts[text] + t) * width
        return Array.from(outputs[`state/${layer}`].data.slice(from, from + coordinates) as Float32Array)
      }),
    pooled: outputs.features.data as Float32Array,
  }
}

const check = async (
  checkpoint: Checkpoint,
  golden: { ids: number[][]; hidden: number[][][][]; pooled: number[][] },
  on: keyof typeof engines,
  tolerance: number,
) => {
  const { hidden, pooled } = await states(checkpoint, golden.ids, on)
  golden.hidden.forEach((layers, text) =>
    layers.forEach((tokens, layer) => {
      const actual = hidden(text, layer, tokens.length, tokens[0].length).flat()
      assert.ok(apart(actual, tokens) < tolerance, `text ${text}, layer ${layer}: ${apart(actual, tokens)}`)
    }),
  )
  assert.ok(apart(pooled, golden.pooled) < tolerance, `pooled: ${apart(pooled, golden.pooled)}`)
}

for (const on of ["reference", "onnxruntime"] as const)
  test(`golden: hidden states of the tiny BERT on ${on}`, async () => {
    const checkpoint = await checkpointAt("tiny_bert")
    assert.deepEqual(
      bert.tokenize(tiny.texts, checkpoint).map((ids) => [...ids]),
      tiny.ids,
    )
    await check(checkpoint, tiny, on, on === "reference" ? 2e-6 : 1e-5)
  })

/** Checkpoints that are not part of the repository lie beside it. */
const models = fileURLToPath(new URL("../../../shared/models/", import.meta.url))
for (const golden of [minilm, aosp]) {
  const skip = existsSync(`${models}${golden.model}/model.safetensors`)
    ? false
    : `the checkpoint ${golden.model} is not beside the repository, in ../shared/models`
  test(`golden: hidden states of ${golden.model} (${golden.activation})`, { skip }, async () => {
    const checkpoint = await checkpointAt(golden.model, models)
    assert.equal(checkpoint.config.hidden_act, golden.activation)
    assert.deepEqual(
      bert.tokenize(golden.texts, checkpoint).map((ids) => [...ids]),
      golden.ids,
    )
    await check(checkpoint, golden as never, "onnxruntime", 2e-5)
  })
}

test("the activations that config.json may name differ", async () => {
  const made = bert.create!(
    { layers: 1, width: 8, heads: 2, intermediate: 16, vocabulary: 12, positions: 8 },
    {},
    randomStream(1),
  )
  const weights = Object.fromEntries(
    Object.entries(made.weights).map(([name, { shape, data }]) => [
      name,
      { shape, data: (data as Float32Array).map((x) => (shape.length === 2 ? 20 * x : x)) },
    ]),
  )
  const pooled: Record<string, Float32Array> = {}
  for (const hidden_act of ["gelu", "gelu_new", "relu"])
    pooled[hidden_act] = (
      await states({ ...made, weights, config: { ...made.config, hidden_act } }, [[2, 5, 7, 3]], "reference")
    ).pooled
  const [exact, tanh, relu] = [pooled.gelu, pooled.gelu_new, pooled.relu].map((data) => [...data])
  assert.ok(apart(exact, tanh) > 1e-6 && apart(exact, tanh) < 1e-2, String(apart(exact, tanh)))
  assert.ok(apart(exact, relu) > 1e-2)
})

test("the tanh form of GELU by its formula", async () => {
  const points = Array.from({ length: 41 }, (_, i) => (i - 20) / 4)
  const formula = (x: number) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))
  const session = await (await engines.reference()).compile(program({ y: ACTIVATIONS.gelu_new(constant(points)) }))
  assert.ok(apart((await session.run({})).y.data as Float64Array, points.map(formula)) < 1e-12)
})

test("an activation that is not there is refused by name", async () => {
  const folder = mkdtempSync(join(tmpdir(), "l2r-bert-"))
  try {
    cpSync(fileURLToPath(new URL("../golden/tiny_bert", import.meta.url)), folder, { recursive: true })
    const config = JSON.parse(readFileSync(join(folder, "config.json"), "utf8"))
    writeFileSync(join(folder, "config.json"), JSON.stringify({ ...config, hidden_act: "toString" }))
    await assert.rejects(checkpointAt(folder), /uses the activation toString/)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
