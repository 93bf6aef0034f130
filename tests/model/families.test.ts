/** Every family of encoders: token ids and hidden states against PyTorch's, sites that are all called, a LoRA that learns. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import lora from "../../plugins/adapters/lora.ts"
import albert from "../../plugins/backbones/albert.ts"
import distilbert from "../../plugins/backbones/distilbert.ts"
import modernbert from "../../plugins/backbones/modernbert.ts"
import roberta from "../../plugins/backbones/roberta.ts"
import { packed } from "../../src/model/batch.ts"
import { encoder, headLogits } from "../../src/model/encoder.ts"
import { withGradients } from "../../src/model/gradients.ts"
import { drawn } from "../../src/model/initial.ts"
import { optimise, textFeeds } from "../../src/model/optimise.ts"
import { initialsFor, trainable } from "../../src/model/single.ts"
import {
  type Backbone,
  type Checkpoint,
  crossEntropy,
  type Initial,
  input,
  LINEAR_ROLES,
  mul,
  overExamples,
  parameter,
  program,
  randomStream,
  sum,
  tokenizeFramed,
} from "../../src/plugin/index.ts"
import golden from "../golden/families.json" with { type: "json" }
import { apart, engines, textsOf } from "./golden.ts"

const backbones: Readonly<Record<string, Backbone>> = { albert, distilbert, modernbert, roberta }
const directory = fileURLToPath(new URL("../golden/families/", import.meta.url))
const open = (folder: string, plugin: string): Promise<Checkpoint> =>
  backbones[plugin].load(folder, { max_tokens: 512, pooling: "mean" }, { directory })

for (const [folder, { plugin, ids, hidden, pooled }] of Object.entries(golden.families))
  test(`golden: token ids and hidden states of ${folder}`, async () => {
    const backbone = backbones[plugin]
    const checkpoint = await open(folder, plugin)
    assert.deepEqual(
      backbone.tokenize(golden.texts, checkpoint).map((one) => [...one]),
      ids,
    )
    const encoded = encoder({ backbone, checkpoint })
    for (const on of ["reference", "onnxruntime"] as const) {
      const session = await (await engines[on]()).compile(
        program({ hidden: encoded.hidden, features: encoded.features }),
      )
      const outputs = await session.run(packed(textsOf(ids)))
      await session.release()
      const gaps = [apart(outputs.hidden.data, hidden.flat()), apart(outputs.features.data, pooled)]
      assert.ok(Math.max(...gaps) < (on === "reference" ? 2e-6 : 2e-5), `${on}: ${gaps}`)
    }
  })

for (const [folder, one] of Object.entries(golden.families))
  if ("tricky" in one)
    test(`golden: token ids of tricky texts by the tokenizer of ${folder}`, () => {
      const tokenizer = JSON.parse(readFileSync(`${directory}${folder}/tokenizer.json`, "utf8"))
      golden.tricky.forEach((text, i) => {
        const [ids] = tokenizeFramed([text], { tokenizer, maxTokens: 512 })
        assert.deepEqual([...ids], one.tricky[i], JSON.stringify(text))
      })
    })

const families = Object.entries(golden.families).filter(([folder]) => !/_(sharded|half|bfloat)$/.test(folder))

for (const [folder, { plugin }] of families)
  test(`the sites of ${folder} are those that its forward pass calls, each once and with its widths`, async () => {
    const checkpoint = await open(folder, plugin)
    const called: string[] = []
    const last = (x: { readonly shape: readonly unknown[] }) => x.shape[x.shape.length - 1]
    encoder(
      { backbone: backbones[plugin], checkpoint },
      {
        join: ({ site }, e) => {
          called.push(site.name)
          assert.equal(last(e), site.in, site.name)
          return undefined
        },
        change: ({ site }, x, y) => {
          called.push(site.name)
          assert.deepEqual([last(x), last(y)], [site.in, site.out], site.name)
          return y
        },
        attend: (site, _q, y) => {
          called.push(site.name)
          return y
        },
      },
    )
    assert.deepEqual([...called].sort(), checkpoint.sites.map(({ name }) => name).sort())
  })

for (const [folder, { plugin }] of families)
  test(`LoRA at every linear layer of ${folder} learns to tell two halves of the vocabulary apart`, async () => {
    const checkpoint = await open(folder, plugin)
    const random = randomStream(7, folder)
    const half = Math.floor(checkpoint.weights["embeddings.word"].shape[0] / 2)
    const labels = Int32Array.from({ length: 8 }, (_, i) => i % 2)
    const text = (label: number) => Array.from({ length: 3 + random.below(8) }, () => label * half + random.below(half))
    const texts = textsOf(Array.from(labels, text))
    const options = { rank: 2, alpha: 4, dropout: 0, targets: LINEAR_ROLES }
    const initials = new Map<string, Initial>([
      ...initialsFor(lora, options, checkpoint.sites),
      ["head/W", { shape: [checkpoint.width, 2], draw: "normal", deviation: 0.1 }],
      ["head/b", { shape: [2], draw: "zeros" }],
    ])
    const linear = checkpoint.sites.filter(({ kind }) => kind === "linear")
    assert.equal(initials.size, 2 * linear.length + 2)
    const values = new Map(
      [...initials].map(([name, initial]) => [name, drawn(initial, randomStream(1, name)).data as Float32Array]),
    )
    const trace = encoder(
      { backbone: backbones[plugin], checkpoint },
      trainable(lora, options, checkpoint.sites, { training: true }),
    )
    const logits = headLogits(trace.features, parameter("head/W", [checkpoint.width, 2]), parameter("head/b", [2]))
    const rows = { of: "examples", layout: trace.layout } as const
    const training = withGradients(crossEntropy(logits, input("labels", ["examples"], "int", rows)), [...values.keys()])
    const session = await (await engines.onnxruntime()).compile(training)
    const losses = await optimise({
      session,
      program: training,
      values,
      groups: [{ names: [...values.keys()], learningRate: 0.03, weightDecay: 0 }],
      examples: texts.length,
      feeds: (batch) => textFeeds(texts, labels, batch),
      epochs: 20,
      batch: texts.length,
      schedule: "constant",
      warmUp: 0,
      order: random,
      noise: randomStream(0),
    })
    await session.release()
    assert.equal(losses.length, 20)
    assert.ok(losses[19] < 0.8 * losses[0], `${losses[0]} -> ${losses[19]}`)
  })

test("the gradient of a weight that layers of ALBERT share adds up over them", async () => {
  const checkpoint = await open("albert", "albert")
  const name = "group.0.0.intermediate.weight"
  const { features } = encoder({ backbone: albert, checkpoint }, {}, true)
  const training = withGradients(overExamples(sum(mul(features, features)), "sum"), [name])
  const session = await (await engines.reference()).compile(training)
  const at = (place: number, step: number) => {
    const values = new Map(
      Object.entries(checkpoint.weights).map(([key, { shape, data }]) => [
        key,
        {
          shape,
          data: Float64Array.from(data as Float32Array, (x, i) => (key === name && i === place ? x + step : x)),
        },
      ]),
    )
    return session.run({ ...packed(textsOf([[2, 7, 9, 3]])), ...Object.fromEntries(values) })
  }
  const gradient = (await at(0, 0))[`gradient/${name}`].data
  for (const place of [0, 17, 95]) {
    const [above, below] = [await at(place, 1e-5), await at(place, -1e-5)]
    const slope = (Number(above.loss.data[0]) - Number(below.loss.data[0])) / 2e-5
    assert.ok(
      Math.abs(slope) > 1e-4 && Math.abs(slope - Number(gradient[place])) < 1e-6,
      `${slope}, ${gradient[place]}`,
    )
  }
})
