/** Prompts: PEFT's training curve, where they start, libraries of prompts and of prompts with other modules. */
import assert from "node:assert/strict"
import { test } from "node:test"
import lora from "../../plugins/adapters/lora.ts"
import prompt from "../../plugins/adapters/prompt.ts"
import { packed } from "../../src/model/batch.ts"
import { parameterFeeds } from "../../src/model/differentiate.ts"
import { encoder, headLogits } from "../../src/model/encoder.ts"
import { withGradients } from "../../src/model/gradients.ts"
import { freshModule } from "../../src/model/initial.ts"
import type { TrainedModule } from "../../src/model/library.ts"
import { optimise, textFeeds } from "../../src/model/optimise.ts"
import { routed } from "../../src/model/routed.ts"
import { frozen, trainable } from "../../src/model/single.ts"
import {
  type Adapter,
  crossEntropy,
  defineRouter,
  type HostTensor,
  input,
  matmul,
  mul,
  NoOptions,
  overExamples,
  packedLayout,
  parameter,
  pool,
  program,
  randomStream,
  Schema,
  type Tensor,
} from "../../src/plugin/index.ts"
import { moduleWith } from "../../src/testing/adapter.ts"
import { underGivenGates } from "../../src/testing/given_gates.ts"
import { assertGradient, assertNear } from "../../src/testing/nearness.ts"
import { run } from "../../src/testing/run_program.ts"
import { engineOf, toyNetwork, toyTexts } from "../../src/testing/toy_network.ts"
import golden from "../golden/prompt_tuning.json" with { type: "json" }
import { apart, engines, flat, type Nested, textsOf, tinyBert } from "./golden.ts"

const optionsOf = (adapter: Adapter, given: object): unknown =>
  Schema.decodeUnknownSync(adapter.options)(given as never)

/** The tiny BERT on texts that leave room in its table of positions. */
const roomy = async () => {
  const network = await tinyBert()
  return { ...network, checkpoint: { ...network.checkpoint, maxTokens: 24 } }
}

for (const on of ["reference", "onnxruntime"] as const)
  test(`golden: 10 training steps of a prompt on ${on}`, async () => {
    const { ids, labels: given, batches, initial, first_gradient, losses, final, final_logits } = golden.curve
    const network = await roomy()
    const options = optionsOf(prompt, { length: 3 })
    const texts = textsOf(ids)
    const labels = Int32Array.from(given)
    const values = new Map(
      Object.entries({ "embeddings/P": initial.P, "head/W": initial.W, "head/b": initial.b }).map(
        ([name, value]) => [name, Float32Array.from(flat(value as Nested))] as const,
      ),
    )
    const state = encoder(network, trainable(prompt, options, network.checkpoint.sites, { training: true }))
    const logits = headLogits(state.features, parameter("head/W", [16, 3]), parameter("head/b", [3]))
    const targets = input("labels", ["examples"], "int", { of: "examples", layout: state.layout })
    const training = withGradients(crossEntropy(logits, targets), [...values.keys()])
    const session = await (await engines[on]()).compile(training)
    const scale = on === "reference" ? 1 : 5
    const feeds = (batch: Int32Array) => textFeeds(texts, labels, batch)
    const before = await session.run({ ...feeds(Int32Array.from(batches[0])), ...parameterFeeds(training, values) })
    assert.ok(apart(before["gradient/embeddings/P"].data, first_gradient) < 1e-6 * scale)
    let epoch = 0
    const found = await optimise({
      session,
      program: training,
      values,
      groups: [{ names: [...values.keys()], learningRate: 1e-2, weightDecay: 0 }],
      examples: texts.length,
      feeds,
      epochs: 2,
      batch: 5,
      schedule: "linear",
      warmUp: 0,
      order: {
        ...randomStream(0),
        shuffle: <T>(all: readonly T[]): T[] =>
          batches
            .slice(epoch * 5, ++epoch * 5)
            .flat()
            .map((i) => all[i]),
      },
      noise: randomStream(0),
    })
    await session.release()
    assert.ok(apart(found, losses) < 5e-6 * scale, `losses: ${apart(found, losses)}`)
    const P = values.get("embeddings/P") as Float32Array
    assert.ok(apart(P, final.P) < 2e-5 * scale, `prompt: ${apart(P, final.P)}`)
    const evaluation = program({ logits })
    const evaluating = await (await engines[on]()).compile(evaluation)
    const all = await evaluating.run({ ...feeds(labels.map((_, i) => i)), ...parameterFeeds(evaluation, values) })
    await evaluating.release()
    assert.ok(apart(all.logits.data, final_logits) < 5e-5 * scale, `logits: ${apart(all.logits.data, final_logits)}`)
  })

test("a prompt starts from a text's embeddings, again and again, from drawn ones, or from normal numbers", async () => {
  const network = await roomy()
  const fresh = (given: object) =>
    freshModule(network, prompt, optionsOf(prompt, { length: 7, ...given }), () => randomStream(1)).get("embeddings/P")!
  const [ids] = network.backbone.tokenize(["the rain"], network.checkpoint)
  const table = network.checkpoint.weights["embeddings.word"]
  const rowOf = ({ data }: HostTensor, row: number) => [...data.slice(row * 16, (row + 1) * 16)].map(Number)
  const fromText = fresh({ start: "text", text: "the rain" })
  assert.ok(ids.length < 7)
  for (let t = 0; t < 7; t++) assert.deepEqual(rowOf(fromText, t), rowOf(table, ids[t % ids.length]))
  const rows = new Set(Array.from({ length: table.shape[0] }, (_, id) => rowOf(table, id).join()))
  const vocabulary = fresh({})
  const drawn = Array.from({ length: 7 }, (_, t) => rowOf(vocabulary, t).join())
  assert.ok(drawn.every((row) => rows.has(row)) && new Set(drawn).size > 1)
  assert.ok(!rows.has(rowOf(fresh({ start: "normal" }), 0).join()))
  assert.throws(() => fresh({ start: "text" }), /start: text needs the text/)
})

const made = async (kinds: readonly (readonly [Adapter, object])[]) => {
  const network = await toyNetwork()
  const library: TrainedModule[] = kinds.map(([adapter, given], seed) =>
    moduleWith(adapter, optionsOf(adapter, given), network, seed + 1),
  )
  return { network, library }
}
const texts = toyTexts(5, randomStream(2, "texts"))
const MIXES = [
  { aggregate: "outputs", granularity: "example" },
  { aggregate: "parameters", granularity: "example" },
] as const

test("prompts of unlike length stand one after the other; with other modules each does its part", async () => {
  const { network, library } = await made([
    [prompt, { length: 3 }],
    [lora, { rank: 2 }],
    [prompt, { length: 2 }],
  ])
  const rows = texts.map(() => [0.5, 1, 2])
  const query = { shape: [texts.length, 3], data: Float64Array.from(rows.flat()) }
  const prompts = (module: TrainedModule, by: number) =>
    Array.from(module.sites.embeddings.P.data as Float64Array, (value) => by * value)
  const joined = {
    ...library[0],
    options: optionsOf(prompt, { length: 5 }),
    sites: {
      embeddings: {
        P: { shape: [5, 8], data: Float64Array.from([...prompts(library[2], 2), ...prompts(library[0], 0.5)]) },
      },
    },
  }
  const [one, other] = [frozen(joined), frozen(library[1])]
  const expected = encoder(network, {
    join: one.join!,
    change: (layer, x, y) => other.change!(layer, x, y),
  }).features
  for (const mix of MIXES)
    for (const on of ["reference", "onnxruntime"]) {
      const outputs = await run(
        await engineOf(on),
        { mixed: underGivenGates(network, library, mix), expected },
        { ...packed(texts), query: on === "reference" ? query : { ...query, data: Float32Array.from(query.data) } },
      )
      assertNear(outputs.mixed, outputs.expected, on === "reference" ? 2e-6 : 1e-4, `${mix.aggregate} on ${on}`)
    }
})

test("gates learn from what they do at the tokens of a prompt", async () => {
  const { network, library } = await made([
    [prompt, { length: 3 }],
    [lora, { rank: 2, targets: ["value", "output"] }],
  ])
  const W = { shape: [8, 2], data: Float64Array.from({ length: 16 }, (_, i) => Math.fround(0.1 * ((i % 5) - 2))) }
  const router = defineRouter({
    name: "linear",
    summary: "gates that read the state",
    options: NoOptions,
    routing: () => ({ query: "block", level: "layer", granularity: "example", aggregate: "outputs" }),
    gates: (h, { W: matrix }) => gatesFrom(h, matrix),
  })
  const layout = packedLayout()
  const library_ = { router, options: {}, library, sites: network.checkpoint.sites }
  const route = routed(library_, 8, layout, () => ({ W: parameter("W", [8, 2]) }), { training: true })
  const { features } = encoder(network, route.participant, false, layout)
  const training = withGradients(overExamples(mul(features, features)), ["W"])
  const session = await (await engineOf("reference")).compile(training)
  const feeds = { ...packed(texts), W }
  const found = await session.run(feeds)
  await assertGradient("W", W.data, found["gradient/W"].data, async () =>
    Number((await session.run(feeds)).loss.data[0]),
  )
})

const gatesFrom = (h: Tensor, W: Tensor): Tensor => matmul(pool("mean", h), W)

test("gates of each token cannot weigh prompts, and it is said", async () => {
  const { network, library } = await made([[prompt, { length: 3 }]])
  assert.throws(
    () => underGivenGates(network, library, { aggregate: "outputs", granularity: "token" }),
    /for each token, and the tokens of a prompt are those of a text/,
  )
})
