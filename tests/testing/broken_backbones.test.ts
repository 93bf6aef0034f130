/** The kit finds what is wrong with broken backbones: each of its checks can fail. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import bert from "../../plugins/backbones/bert/index.ts"
import llama from "../../plugins/backbones/llama.ts"
import moduleformer from "../../plugins/backbones/moduleformer/index.ts"
import {
  add,
  attention,
  type Backbone,
  type Checkpoint,
  mean,
  pool,
  randomStream,
  scale,
  spread,
  stopGradient,
  withRows,
} from "../../src/plugin/index.ts"
import { backboneChecks } from "../../src/testing/backbone.ts"

const directory = fileURLToPath(new URL("../golden/", import.meta.url))

const finds = (what: string, location: string, backbone: Backbone, beginning: string): void => {
  test(`found: ${what}`, async () => {
    const checks = backboneChecks(backbone, location, { max_tokens: 16 }, { directory })
    const check = checks.find(({ name }) => name.startsWith(beginning))
    assert.ok(check && !check.skip, `there is no check "${beginning}"`)
    await assert.rejects(check.run, `"${beginning}" passed`)
  })
}

const sound: Backbone = bert
const loaded =
  (change: (checkpoint: Checkpoint) => Checkpoint): Backbone["load"] =>
  async (...given) =>
    change(await sound.load(...given))

finds(
  "a digest that is not the fingerprint",
  "tiny_bert",
  { ...sound, load: loaded((one) => ({ ...one, digest: "another" })) },
  "its checkpoint",
)
finds(
  "a checkpoint that no other thread can have",
  "tiny_bert",
  { ...sound, load: loaded((one) => ({ ...one, tokenizer: { ...(one.tokenizer as object), encode: () => [] } })) },
  "its checkpoint",
)
finds(
  "texts that are not cut",
  "tiny_bert",
  { ...sound, tokenize: (texts, one) => sound.tokenize(texts, { ...one, maxTokens: 99 }) },
  "texts become ids",
)
finds(
  "a site that is listed and not called",
  "tiny_bert",
  {
    ...sound,
    load: loaded((one) => ({ ...one, sites: [...one.sites, { ...one.sites[0], name: "layer.0.other" }] })),
  },
  "the forward pass calls",
)
finds(
  "blocks that are not announced",
  "tiny_bert",
  { ...sound, forward: (trace, one) => sound.forward({ ...trace, block: (_layer, h) => h }, one) },
  "the forward pass calls",
)
finds(
  "states that depend on the other texts of the batch",
  "tiny_bert",
  {
    ...sound,
    forward: (trace, one) => {
      const h = sound.forward(trace, one)
      return add(h, scale(mean(withRows(h, undefined), 0), 0.1))
    },
  },
  "a text alone",
)
finds(
  "what adapters make of a layer that goes nowhere",
  "tiny_bert",
  {
    ...sound,
    forward: (trace, one) =>
      sound.forward(
        {
          ...trace,
          span: (site, x, y) => {
            trace.span(site, x, y)
            return y
          },
        },
        one,
      ),
  },
  "what a site gives",
)
finds(
  "a gradient that is cut off",
  "tiny_bert",
  {
    ...sound,
    forward: (trace, one) =>
      sound.forward(
        {
          ...trace,
          weight: (name) => add(scale(trace.weight(name), 0.5), scale(stopGradient(trace.weight(name)), 0.5)),
        },
        one,
      ),
  },
  "gradients",
)
finds(
  "a new checkpoint that is another each time",
  "tiny_bert",
  { ...sound, create: (size, tokenizer) => sound.create!(size, tokenizer, randomStream(Date.now() + Math.random())) },
  "a new checkpoint",
)
finds(
  "files that hold other weights",
  "tiny_bert",
  {
    ...sound,
    files: (one) => {
      const [[name, { shape, data }]] = Object.entries(one.weights)
      const other = { shape, data: (data as Float32Array).map((x) => x + 1) }
      return sound.files!({ ...one, weights: { ...one.weights, [name]: other } })
    },
  },
  "a new checkpoint",
)
finds(
  "tokens that see later ones",
  "tiny_decoders/llama",
  {
    ...llama,
    forward: (trace, one) => {
      const h = llama.forward(trace, one)
      return add(h, scale(spread(pool("mean", h)), 0.1))
    },
  },
  "no token sees",
)
finds(
  "attention that does not know of tokens that were computed before",
  "tiny_decoders/qwen2",
  {
    ...llama,
    forward: (trace, one) =>
      llama.forward({ ...trace, attention: (_site, q, k, v, heads, how) => attention(q, k, v, heads, how) }, one),
  },
  "what is written",
)
finds(
  "answers that do not come back",
  "tiny_decoders/llama",
  { ...llama, detokenize: (texts, one) => llama.detokenize!(texts, one).map((text) => `${text} and more`) },
  "answers become",
)
finds(
  "an expert whose gate is another's",
  "tiny_moduleformer",
  {
    ...moduleformer,
    experts: (one) =>
      moduleformer.experts!(one).map((layer) => ({
        ...layer,
        weights: layer.weights.filter((name) => !name.endsWith("gate.out")),
      })),
  },
  "experts in another order",
)
