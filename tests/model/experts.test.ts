/** Experts that come and go: insertion leaves the bytes of the old ones, pruning leaves a network like any other. */
import assert from "node:assert/strict"
import { test } from "node:test"
import moduleformer from "../../plugins/backbones/moduleformer/index.ts"
import { answerFeeds } from "../../src/model/causal.ts"
import type { Network } from "../../src/model/encoder.ts"
import { expertsOf, inserted, keptExperts, lastTrained, lastValues, survivors } from "../../src/model/experts.ts"
import { withGradients } from "../../src/model/gradients.ts"
import { languageLoss, readTexts } from "../../src/model/language_model.ts"
import { optimise } from "../../src/model/optimise.ts"
import { type Checkpoint, type HostTensor, randomStream } from "../../src/plugin/index.ts"
import { engines, textsOf } from "./golden.ts"

const of = (checkpoint: Checkpoint): Network => ({ backbone: moduleformer, checkpoint })

/** Random weights that are large enough for every expert to matter. */
const network = (): Network => {
  const size = { layers: 2, width: 8, heads: 2, intermediate: 6, vocabulary: 20, positions: 16, experts: 3 }
  const made = moduleformer.create!(size, {}, randomStream(1, "weights"))
  const weights = Object.entries(made.weights).map(([name, { shape, data }]): [string, HostTensor] => [
    name,
    { shape, data: (data as Float32Array).map((x) => (shape.length > 1 ? 20 * x : x)) },
  ])
  return of({ ...made, weights: Object.fromEntries(weights) })
}

const texts = textsOf([
  [1, 4, 7, 9, 3],
  [5, 5, 6],
  [2, 8, 11, 12, 13, 14, 3],
])

test("fresh experts alone are trained: all other numbers keep their bytes, and the loss falls", async () => {
  const before = network()
  const net = of(inserted(before, 2, randomStream(2, "insertion")))
  for (const { name, count, weights } of expertsOf(net)) {
    assert.equal(count, 5, name)
    for (const one of weights) assert.equal(net.checkpoint.weights[one].shape[0], 5)
  }
  const start = structuredClone(net.checkpoint.weights)
  const values = new Map([...lastValues(net, 2)].map(([name, { data }]) => [name, data as Float32Array]))
  const program = withGradients(languageLoss(net, lastTrained(net, 2), { switch: 0.1 }), [...values.keys()])
  assert.deepEqual(
    program.parameters.map(({ attributes }) => attributes.name).sort(),
    [...values.keys()].sort(),
    "nothing else is a parameter",
  )
  const session = await (await engines.onnxruntime()).compile(program)
  const losses = await optimise({
    session,
    program,
    values,
    groups: [{ names: [...values.keys()], learningRate: 0.02, weightDecay: 0.01 }],
    examples: 1,
    feeds: () => answerFeeds(texts, texts),
    epochs: 30,
    batch: 1,
    schedule: "constant",
    warmUp: 0,
    order: randomStream(3),
    noise: randomStream(3),
  })
  await session.release()
  assert.ok(losses[29] < 0.95 * losses[0], `${losses[0]} -> ${losses[29]}`)
  const experts = new Set(expertsOf(net).flatMap(({ weights }) => weights))
  for (const [name, { shape, data }] of Object.entries(net.checkpoint.weights)) {
    const old = before.checkpoint.weights[name]
    const kept = (data as Float32Array).subarray(0, old.data.length)
    assert.deepEqual(kept, old.data, `${name}: the old numbers`)
    if (!experts.has(name)) continue
    assert.equal(shape[0], old.shape[0] + 2)
    const fresh = (data as Float32Array).subarray(old.data.length)
    assert.notDeepEqual(fresh, (start[name].data as Float32Array).subarray(old.data.length), `${name}: is trained`)
  }
})

test("experts in another order are the same network; dropping some is another, and smaller", async () => {
  const net = network()
  const layers = expertsOf(net)
  const engine = await engines.onnxruntime()
  const surprise = async (kept: (count: number) => readonly number[]) => {
    const checkpoint = keptExperts(net, new Map(layers.map(({ name, count }) => [name, kept(count)])))
    return { checkpoint, ...(await readTexts(engine, of(checkpoint), texts)) }
  }
  const whole = await readTexts(engine, net, texts)
  const turned = await surprise(() => [2, 0, 1])
  turned.surprise.forEach((one, i) =>
    assert.ok(Math.abs(one - whole.surprise[i]) < 1e-4, `${one}, ${whole.surprise[i]}`),
  )
  turned.chosen.forEach((shares, gate) => {
    for (let i = 0; i < texts.length; i++)
      assert.ok(Math.abs(shares[3 * i] - whole.chosen[gate][3 * i + 2]) < 1e-6, "expert 2 stands first")
  })
  const fewer = await surprise(() => [1])
  assert.ok(fewer.checkpoint.parameters < net.checkpoint.parameters)
  assert.ok(fewer.surprise.some((one, i) => Math.abs(one - whole.surprise[i]) > 1e-3))
  for (const shares of fewer.chosen)
    assert.ok(
      shares.every((share) => Math.abs(share - 1) < 1e-6),
      "one is left",
    )
})

test("a reading: surprises are those of the loss, shares of gates sum to 1 over the experts", async () => {
  const net = network()
  const engine = await engines.onnxruntime()
  const { surprise, predicted, chosen } = await readTexts(engine, net, texts)
  assert.deepEqual([...predicted], [4, 2, 6])
  const session = await engine.compile(withGradients(languageLoss(net, true, {}), ["embeddings.word"]))
  const { loss } = await session.run({ ...answerFeeds(texts, texts), ...net.checkpoint.weights })
  await session.release()
  const total = surprise.reduce((a, b) => a + b, 0) / 12
  assert.ok(Math.abs(Number(loss.data[0]) - total) < 1e-5, `${loss.data[0]}, ${total}`)
  for (const shares of chosen)
    for (let i = 0; i < texts.length; i++)
      assert.ok(Math.abs(shares[3 * i] + shares[3 * i + 1] + shares[3 * i + 2] - 1) < 1e-5)
})

test("survivors: the least used go first, over all gates; a gate keeps one at least", () => {
  const layers = expertsOf(network())
  const rates = [
    [0.1, 0.5, 0.4],
    [0.2, 0.7, 0.1],
    [0.33, 0.33, 0.34],
    [0, 0, 1],
  ]
  const kept = (share: number) => [...survivors(layers, (layer) => rates[layer], share).values()]
  assert.deepEqual(kept(0), [
    [0, 1, 2],
    [0, 1, 2],
    [0, 1, 2],
    [0, 1, 2],
  ])
  assert.deepEqual(kept(0.25), [[0, 1, 2], [0, 1], [0, 1, 2], [2]])
  assert.deepEqual(kept(0.99), [[1], [1], [2], [2]])
})
