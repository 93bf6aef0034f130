/** Modules carried between families whose tokenizers are unlike: every feature takes the place of one that it goes with, by the positions that both read alike. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import type { Network } from "../../src/model/encoder.ts"
import { freshModule } from "../../src/model/initial.ts"
import type { Artifact, StoredArray } from "../../src/plan/step.ts"
import { type Adapter, type Backbone, randomStream, Schema } from "../../src/plugin/index.ts"
import { loadPlugin } from "../../src/plugin/load.ts"
import { storedTexts } from "../../src/run/steps/given.ts"
import { turnedDown } from "../../src/run/steps/not_served.ts"
import { engineOf } from "../../src/testing/toy_network.ts"
import { backbone, perform } from "../../src/testing/work.ts"

const directory = fileURLToPath(new URL("../golden/", import.meta.url))
const [here, there] = ["here", "there"].map((fingerprint) => ({ ...backbone, fingerprint }))
const TEXTS = ["the is the", "the house of is", "the the animal", "the stone the the"]

const opened = async (plugin: string, location: string): Promise<Network> => {
  const family = (await loadPlugin("backbone", plugin)) as Backbone
  const options = { max_tokens: 20, pooling: "mean", network: "encoder" }
  return { backbone: family, checkpoint: await family.load(location, options, { directory }) }
}

/** The module on the one backbone, and what is carried of it to the other. */
const carry = async (source: Network, target: Network, plugin: string, written: object) => {
  const adapter = (await loadPlugin("adapter", plugin)) as Adapter
  const options = Schema.decodeUnknownSync(adapter.options)(written as never) as object
  const random = randomStream(9, plugin)
  const arrays: Record<string, StoredArray> = {}
  for (const [name, { shape, data }] of freshModule(source, adapter, options, (own) => randomStream(3, own)))
    arrays[name] = { shape, data: Float32Array.from(data as Float32Array, () => random.normal()) }
  const chosen = { plugin, options }
  const module: Artifact = { json: { task: "one", adapter: chosen as never }, arrays }
  const texts = (split: "train" | "test", { backbone: family, checkpoint }: Network): Artifact => ({
    json: {},
    arrays: storedTexts(split, family.tokenize(TEXTS, checkpoint)),
  })
  const bench = { network: source, engine: await engineOf("reference"), others: { here: target, there: source } }
  const transfer = { plugin: "correlation", options: { layers: "skip", texts: 100, outputs: "own" } }
  const start = await perform(
    bench,
    "port",
    { how: "ported", backbone: here, source: there, adapter: chosen, transfer },
    { module, tokens: texts("train", target), sourceTokens: texts("train", source) },
  )
  const states = () =>
    perform(
      bench,
      "encode",
      { what: "module", backbone: here, seed: 1 },
      { module: { ...start, json: { task: "one", ...(start.json as object) } }, blind: texts("test", target) },
    )
  return { module, start, states }
}

/** Each feature's numbers. */
const rowsOf = ({ shape: [rows, width], data }: StoredArray): readonly string[] =>
  Array.from({ length: rows }, (_, i) => Array.from(data.slice(i * width, (i + 1) * width)).join(" "))

for (const [from, location] of [
  ["roberta", "families/roberta"],
  ["roberta", "families/xlm_roberta"],
  ["albert", "families/albert"],
] as const)
  test(`${location} to BERT`, async () => {
    const [source, target] = [await opened(from, location), await opened("bert", "tiny_bert")]
    assert.notEqual(source.checkpoint.width, target.checkpoint.width)
    const { module, start, states } = await carry(source, target, "lora", { rank: 2 })
    assert.equal(turnedDown(start), undefined)
    const block = Math.floor(source.checkpoint.layers / target.checkpoint.layers)
    const given = rowsOf(start.arrays["layer.1.attention.value/A"]).filter((row) => row !== "0 0")
    const own = rowsOf(module.arrays[`layer.${block}.attention.value/A`])
    assert.deepEqual([...given].sort(), [...own].sort(), "each of the fewer features once")
    assert.ok(Array.from((await states()).arrays.features.data).every(Number.isFinite))
    for (const [plugin, options] of [
      ["bottleneck", { width: 3 }],
      ["prefix", { length: 2 }],
      ["ia3", {}],
    ] as const)
      assert.equal(turnedDown((await carry(source, target, plugin, options)).start), undefined, plugin)
  })

test("backbones that read nothing alike at one place say so", async () => {
  // T5 has no token before a text: what BERT reads second it reads first.
  const [source, target] = [await opened("t5", "tiny_t5/first"), await opened("bert", "tiny_bert")]
  const { start } = await carry(source, target, "lora", { rank: 2 })
  assert.match(turnedDown(start)!, /read no two pieces of these texts alike/)
})
