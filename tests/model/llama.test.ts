/** Hidden states and next-token scores of decoders of the Llama family against transformers', on both backends. */
import assert from "node:assert/strict"
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import llama from "../../plugins/backbones/llama.ts"
import { packed } from "../../src/model/batch.ts"
import { nextTokenScores } from "../../src/model/causal.ts"
import { encoder, type Network } from "../../src/model/encoder.ts"
import { flopsOf } from "../../src/model/flops.ts"
import { pool, program, type Tensor } from "../../src/plugin/index.ts"
import golden from "../golden/stories260k.json" with { type: "json" }
import tiny from "../golden/tiny_decoders.json" with { type: "json" }
import { decoderAt, noStories, stories, tinyDecoder } from "./decoders.ts"
import { apart, engines, textsOf } from "./golden.ts"

interface Golden {
  readonly ids: readonly (readonly number[])[]
  /** [text][block inputs, last state][token][coordinate] */
  readonly hidden: readonly (readonly (readonly (readonly number[])[])[])[]
  readonly logits: readonly (readonly number[])[]
}

const check = async (
  network: Network,
  { ids, hidden, logits }: Golden,
  on: keyof typeof engines,
  tolerance: number,
) => {
  const states: Tensor[] = []
  const encoded = encoder(network, { block: (_layer, state) => states.push(state) })
  const named = Object.fromEntries([...states, encoded.hidden].map((state, layer) => [`state/${layer}`, state]))
  const scores = nextTokenScores(network, pool("last", encoded.hidden))
  const session = await (await engines[on]()).compile(program({ ...named, scores, features: encoded.features }))
  const outputs = await session.run(packed(textsOf(ids)))
  await session.release()
  const { width } = network.checkpoint
  let row = 0
  hidden.forEach((layers, text) => {
    layers.forEach((tokens, layer) => {
      const actual = tokens.flatMap((coordinates, t) => {
        const from = (row + t) * width
        return Array.from(outputs[`state/${layer}`].data.slice(from, from + coordinates.length) as Float32Array)
      })
      assert.ok(apart(actual, tokens) < tolerance, `text ${text}, layer ${layer}: ${apart(actual, tokens)}`)
    })
    const vocabulary = outputs.scores.shape[1]
    const actual = outputs.scores.data.slice(text * vocabulary, text * vocabulary + logits[text].length) as Float32Array
    assert.ok(apart(actual, logits[text]) < tolerance, `text ${text}, scores: ${apart(actual, logits[text])}`)
    row += ids[text].length
    const last = outputs[`state/${layers.length - 1}`].data.slice((row - 1) * width, row * width) as Float32Array
    assert.ok(apart(outputs.features.data.slice(text * width, (text + 1) * width) as Float32Array, [...last]) === 0)
  })
}

for (const [name, expected] of Object.entries(tiny.models))
  for (const on of ["reference", "onnxruntime"] as const)
    test(`golden: hidden states and scores of the tiny ${name} on ${on}`, async () => {
      const network = await tinyDecoder(name)
      assert.deepEqual(
        llama.tokenize(tiny.texts, network.checkpoint).map((ids) => [...ids]),
        tiny.ids,
      )
      await check(network, { ids: tiny.ids, ...expected }, on, on === "reference" ? 1e-5 : 2e-5)
    })

test("golden: hidden states and scores of stories260k", { skip: noStories }, async () => {
  const network = await stories()
  assert.deepEqual(
    llama.tokenize(golden.texts, network.checkpoint).map((ids) => [...ids]),
    golden.ids,
  )
  await check(network, golden, "onnxruntime", 1e-4)
})

test("operations are counted, heads that share keys included", async () => {
  const { hidden } = encoder(await tinyDecoder("llama"))
  const flops = flopsOf(program({ hidden }), { tokens: 10, examples: 2, length: 6 })
  const linear = 8 * 16 + 2 * 8 * 8 + 16 * 8 + 3 * 8 * 12
  const attended = 2 * (2 * 4 * 6 * 6 * 4)
  assert.equal(flops, 2 * (2 * 10 * linear + 2 * attended))
})

test("a text without the end is cut, and the first token stays", async () => {
  const { checkpoint } = await tinyDecoder("llama")
  const [cut] = llama.tokenize([tiny.texts[1]], { ...checkpoint, maxTokens: 4 })
  assert.deepEqual([...cut], tiny.ids[1].slice(0, 4))
})

test("the sites of a block, in their order, with the widths of grouped keys", async () => {
  const { sites } = await decoderAt("qwen3", fileURLToPath(new URL("../golden/tiny_decoders", import.meta.url)))
  assert.deepEqual(
    sites.filter(({ layer }) => layer === 1).map(({ name, kind, in: from, out }) => `${name} ${kind} ${from} ${out}`),
    [
      "layer.1.attention.norm norm 8 8",
      "layer.1.attention.query linear 8 16",
      "layer.1.attention.key linear 8 8",
      "layer.1.attention.value linear 8 8",
      "layer.1.attention attention 8 8",
      "layer.1.attention.output linear 16 8",
      "layer.1.attention_block block 8 8",
      "layer.1.norm norm 8 8",
      "layer.1.gate linear 8 12",
      "layer.1.intermediate linear 8 12",
      "layer.1.output linear 12 8",
      "layer.1.feed_forward block 8 8",
      "layer.1 block 8 8",
      "final.norm norm 8 8",
    ],
  )
})

test("every site of the list is called in the forward pass, and none else", async () => {
  for (const name of Object.keys(tiny.models)) {
    const network = await tinyDecoder(name)
    const called: string[] = []
    encoder(network, {
      join: ({ site }) => {
        called.push(site.name)
        return undefined
      },
      change: ({ site }, _x, y) => {
        called.push(site.name)
        return y
      },
      attend: (site, _q, y) => {
        called.push(site.name)
        return y
      },
    })
    assert.deepEqual(
      called,
      network.checkpoint.sites.map((site) => site.name),
    )
  }
})

/** config.json of a tiny decoder, changed. */
const changed = async (name: string, change: Record<string, unknown>): Promise<unknown> => {
  const folder = mkdtempSync(join(tmpdir(), "l2r-llama-"))
  try {
    cpSync(fileURLToPath(new URL(`../golden/tiny_decoders/${name}`, import.meta.url)), folder, { recursive: true })
    const path = join(folder, "config.json")
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), ...change }))
    return await decoderAt(folder, "/")
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const refused: readonly (readonly [string, string, Record<string, unknown>, RegExp])[] = [
  ["another kind of model", "llama", { model_type: "gemma" }, /type "gemma"; the backbone llama reads llama, mistral/],
  ["another way to scale positions", "llama", { rope_scaling: { rope_type: "yarn", factor: 2 } }, /rope_type "yarn"/],
  ["heads of which a part is turned", "llama", { partial_rotary_factor: 0.5 }, /turns a part of each head only/],
  ["an activation that is not there", "qwen2", { hidden_act: "relu6" }, /uses the activation relu6/],
  ["a layer too many", "mistral", { num_hidden_layers: 3 }, /lacks the tensor model\.layers\.2\.input_layernorm/],
  [
    "heads that do not divide the width",
    "llama",
    { num_attention_heads: 3, head_dim: null },
    /3 heads \(num_attention_heads\), which do/,
  ],
  ["groups that do not divide the heads", "qwen3", { num_key_value_heads: 3 }, /heads .* and 3 of keys and values/],
  [
    "other groups",
    "qwen3",
    { num_key_value_heads: 4 },
    /k_proj\.weight of .* is \[8,8\], config\.json asks for \[16,8\]/,
  ],
  [
    "full attention after windows",
    "qwen2",
    { use_sliding_window: true, sliding_window: 4, layer_types: ["sliding_attention", "full_attention"] },
    /in another order than full first/,
  ],
]
for (const [what, name, change, message] of refused)
  test(`refused by name: ${what}`, () => assert.rejects(changed(name, change), message))
