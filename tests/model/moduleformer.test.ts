/** ModuleFormer against an independent one in PyTorch: states, scores, gates, losses and gradients, on both backends; invariants I13 and I14. */
import assert from "node:assert/strict"
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import moduleformer from "../../plugins/backbones/moduleformer/index.ts"
import { packed } from "../../src/model/batch.ts"
import { answerFeeds, causalLoss, nextTokenScores } from "../../src/model/causal.ts"
import { encoder, type Network, type Participant } from "../../src/model/encoder.ts"
import { generator } from "../../src/model/generation.ts"
import { withGradients } from "../../src/model/gradients.ts"
import {
  add,
  expertLosses,
  input,
  packedLayout,
  pool,
  program,
  randomStream,
  readSafetensors,
  stickBreaking,
  type Tensor,
  tokenRows,
  writeSafetensors,
} from "../../src/plugin/index.ts"
import golden from "../golden/moduleformer.json" with { type: "json" }
import { apart, engines, flat, type Nested, textsOf } from "./golden.ts"

const directory = fileURLToPath(new URL("../golden/", import.meta.url))
const load = (folder: string, at = directory) =>
  moduleformer.load(folder, { max_tokens: 40, pooling: "last" }, { directory: at })
const tiny = async (): Promise<Network> => ({
  backbone: moduleformer,
  checkpoint: await load("tiny_moduleformer"),
})
const texts = textsOf(golden.ids)

/** The scores of every gate, in the order of computation. */
const watched = () => {
  const seen: { readonly name: string; readonly scores: Tensor; readonly k: number }[] = []
  const experts: Participant["experts"] = (name, scores, k) => void seen.push({ name, scores, k })
  return { seen, experts }
}

/** The fixture has seven digits of scores up to 99; PyTorch's own float32 is 1e-5 away from its float64. */
const tolerance = { reference: 6e-6, onnxruntime: 3e-5 } as const

for (const on of ["reference", "onnxruntime"] as const)
  test(`golden: states, scores of gates and of the next token on ${on}`, async () => {
    const network = await tiny()
    const states: Tensor[] = []
    const { seen, experts } = watched()
    const encoded = encoder(network, { block: (_layer, state) => states.push(state), experts })
    const named = Object.fromEntries([...states, encoded.hidden].map((state, layer) => [`state/${layer}`, state]))
    const gates = Object.fromEntries(seen.map(({ name, scores }) => [`gate/${name}`, scores]))
    const scores = nextTokenScores(network, pool("last", encoded.hidden))
    const session = await (await engines[on]()).compile(program({ ...named, ...gates, scores }))
    const outputs = await session.run(packed(texts))
    await session.release()
    for (let layer = 0; layer < 3; layer++) {
      const expected = golden.hidden.flatMap((text) => text[layer])
      const gap = apart(outputs[`state/${layer}`].data, expected)
      assert.ok(gap < tolerance[on], `layer ${layer}: ${gap}`)
    }
    Object.values(golden.scores).forEach((expected, at) => {
      const gap = apart(outputs[`gate/${seen[at].name}`].data, expected)
      assert.ok(gap < tolerance[on], `${seen[at].name}: ${gap}`)
    })
    assert.ok(apart(outputs.scores.data, golden.logits) < tolerance[on])
  })

for (const on of ["reference", "onnxruntime"] as const)
  test(`golden: the losses of the gates, the whole loss and the gradients of all weights on ${on}`, async () => {
    const network = await tiny()
    const { seen, experts } = watched()
    const likelihood = causalLoss(network, { experts }, { trained: true, layout: packedLayout() })
    const kinds = Object.keys(golden.lambdas) as (keyof typeof golden.lambdas)[]
    const own = (lambdas: object) => seen.flatMap(({ scores, k }) => expertLosses(scores, k, lambdas)).reduce(add)
    const { checkpoint } = network
    const training = withGradients(add(likelihood, own(golden.lambdas)), Object.keys(checkpoint.weights))
    const session = await (await engines[on]()).compile(training)
    const feeds = answerFeeds(texts, texts)
    const outputs = await session.run({ ...feeds, ...checkpoint.weights })
    await session.release()
    assert.ok(Math.abs(Number(outputs.loss.data[0]) - golden.loss) < tolerance[on])
    const gradients: Readonly<Record<string, Nested>> = golden.gradients
    for (const { name, from, turned } of filed(Object.keys(checkpoint.weights))) {
      const { shape, data } = outputs[`gradient/${name}`]
      const expected = flat(gradients[from])
      const inOrder = turned ? transposed(data as Float32Array, shape) : Array.from(data as Float32Array)
      assert.ok(apart(inOrder, expected) < tolerance[on], `${from}: ${apart(inOrder, expected)}`)
    }
    const each = program({ likelihood, ...Object.fromEntries(kinds.map((kind) => [kind, own({ [kind]: 1 })])) })
    const parts = await (await engines[on]()).compile(each)
    const found = await parts.run({ ...feeds, ...checkpoint.weights })
    await parts.release()
    assert.ok(Math.abs(Number(found.likelihood.data[0]) - golden.likelihood) < tolerance[on])
    for (const kind of kinds)
      assert.ok(Math.abs(Number(found[kind].data[0]) - golden.losses[kind]) < tolerance[on], kind)
  })

/** Our names of weights with those of the file, and whether they are turned. */
const filed = (names: readonly string[]) =>
  names.map((name) => {
    const from = name
      .replace(/^embeddings\.word$/, "transformer.wte.weight")
      .replace(/^head\.weight$/, "lm_head.weight")
      .replace(/^final\.norm/, "transformer.ln_f")
      .replace(/^layer\.(\d)\.attention\.norm/, "transformer.h.$1.ln_1")
      .replace(/^layer\.(\d)\.norm/, "transformer.h.$1.ln_2")
      .replace(/^layer\.(\d)\.attention\.key/, "transformer.h.$1.attn.k_proj")
      .replace(/^layer\.(\d)\.attention\.value/, "transformer.h.$1.attn.v_proj")
      .replace(/^layer\.(\d)\.attention\.experts/, "transformer.h.$1.attn.q_proj")
      .replace(/^layer\.(\d)\.experts/, "transformer.h.$1.mlpf")
      .replace(/\.gate\.in\./, ".gate.w_gate.0.")
      .replace(/\.gate\.out$/, ".gate.w_gate.3.weight")
      .replace(/\.in$/, ".experts.weight")
      .replace(/\.out$/, ".output_experts.weight")
    return { name, from, turned: /(w_gate\.0|[kv]_proj|lm_head)\.weight$/.test(from) }
  })

const transposed = (data: Float32Array, [rows, columns]: readonly number[]): readonly number[] =>
  Array.from(data, (_, i) => data[(i % rows) * columns + Math.floor(i / rows)])

test("I13: stick-breaking weights are not negative and sum to 1 at most; a key whose score is very large takes all that is left", async () => {
  const random = randomStream(13)
  const layout = packedLayout()
  const scores = input("scores", ["length", 7], "float", tokenRows(layout))
  const session = await (await engines.onnxruntime()).compile(program({ weights: stickBreaking(scores) }))
  const data = Float32Array.from({ length: 7 * 50 }, (_, i) => random.normal() * (i % 3 === 0 ? 60 : 2))
  data.set([0, 1e4, 0, 0, 0, -1e9, -1e9])
  const { weights } = await session.run({
    ...packed(textsOf([new Array(50).fill(0)])),
    scores: { shape: [50, 7], data },
  })
  await session.release()
  for (let row = 0; row < 50; row++) {
    const own = Array.from(weights.data.slice(row * 7, row * 7 + 7) as Float32Array)
    assert.ok(own.every((weight) => weight >= 0) && own.reduce((a, b) => a + b, 0) <= 1 + 1e-6, `${own}`)
  }
  const [first] = [Array.from(weights.data.slice(0, 7) as Float32Array)]
  assert.ok(apart(first, [0, 1 / 8, 1 / 8, 1 / 4, 1 / 2, 0, 0]) < 1e-7, `${first}`)
})

test("I14: the loss of mutual information is least, -log N a gate, when tokens choose surely and evenly", async () => {
  const layout = packedLayout()
  const scores = input("scores", ["length", 4], "float", tokenRows(layout))
  const [loss] = expertLosses(scores, 2, { mutual_information: 1 })
  const session = await (await engines.reference()).compile(program({ loss }))
  const at = async (data: readonly number[]) => {
    const feeds = packed(textsOf([new Array(data.length / 4).fill(0)]))
    const own = { shape: [data.length / 4, 4], data: Float32Array.from(data) }
    return Number((await session.run({ ...feeds, scores: own })).loss.data[0])
  }
  const sure = Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? 100 : 0))
  assert.ok(Math.abs((await at(sure)) + Math.log(4)) < 1e-9)
  assert.ok(Math.abs(await at(sure.map((_, i) => (i % 4 === 2 ? 100 : 0)))) < 1e-9)
  const random = randomStream(14)
  for (let i = 0; i < 50; i++) assert.ok((await at(sure.map(() => 4 * random.normal()))) > -Math.log(4))
})

test("every site of the list is called in the forward pass, and none else; experts are told in their order", async () => {
  const network = await tiny()
  const called: string[] = []
  const { seen, experts } = watched()
  encoder(network, {
    experts,
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
  assert.deepEqual([...called].sort(), network.checkpoint.sites.map(({ name }) => name).sort())
  const told = seen.map(({ name, scores, k }) => ({ name, count: scores.shape[1], k }))
  const listed = moduleformer.experts!(network.checkpoint)
  assert.deepEqual(
    told,
    listed.map(({ name, count, k }) => ({ name, count, k })),
  )
  for (const { weights, count } of listed)
    for (const name of weights) assert.equal(network.checkpoint.weights[name].shape[0], count, name)
})

test("what is generated with kept keys and values is what the whole text gives", async () => {
  const network = await tiny()
  const engine = await engines.onnxruntime()
  const writer = generator(engine, network)
  const written = await writer.greedy(texts, { newTokens: 6 })
  await writer.release()
  const scores = nextTokenScores(network, pool("last", encoder(network).hidden))
  const session = await engine.compile(program({ scores }))
  for (const [i, text] of texts.entries()) {
    const tokens = [...text]
    for (const token of written[i]) {
      const { data } = (await session.run(packed([Int32Array.from(tokens)]))).scores
      const row = Array.from(data as Float32Array)
      assert.equal(row.indexOf(Math.max(...row)), token)
      tokens.push(token)
    }
  }
  await session.release()
})

test("a checkpoint that is written and read again is the same, numbers of experts included", async () => {
  const { checkpoint } = await tiny()
  const folder = mkdtempSync(join(tmpdir(), "l2r-moduleformer-"))
  try {
    for (const [name, content] of Object.entries(moduleformer.files!(checkpoint)))
      writeFileSync(join(folder, name), content)
    const again = await load(folder, "/")
    assert.deepEqual(again.weights, checkpoint.weights)
    assert.deepEqual(again.sites, checkpoint.sites)
    const random = randomStream(1)
    const size = { layers: 2, width: 8, heads: 2, intermediate: 6, vocabulary: 32, positions: 16, experts: 3 }
    const fresh = moduleformer.create!(size, checkpoint.tokenizer, random)
    for (const [name, content] of Object.entries(moduleformer.files!(fresh))) writeFileSync(join(folder, name), content)
    const read = await load(folder, "/")
    assert.deepEqual(read.weights, fresh.weights)
    assert.deepEqual(read.sites, fresh.sites)
    assert.equal(read.parameters, fresh.parameters)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

/** The tiny checkpoint with a changed config.json, and further tensors. */
const changed = async (change: object, tensors: object = {}): Promise<unknown> => {
  const folder = mkdtempSync(join(tmpdir(), "l2r-moduleformer-"))
  try {
    cpSync(join(directory, "tiny_moduleformer"), folder, { recursive: true })
    const path = join(folder, "config.json")
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), ...change }))
    if (Object.keys(tensors).length > 0) {
      const weights = moduleformer.files!(await load("tiny_moduleformer"))["model.safetensors"] as Uint8Array
      const all = { ...readSafetensors(weights).tensors, ...tensors }
      writeFileSync(join(folder, "model.safetensors"), writeSafetensors(all))
    }
    return await load(folder, "/")
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const one = { shape: [1], data: new Float32Array(1) }
const refused: readonly (readonly [string, object, object, RegExp])[] = [
  ["another gate", { gate_type: "gmm" }, {}, /gate_type "gmm"/],
  ["experts of fewer layers", { n_mlp_experts: [4] }, {}, /n_mlp_experts \[4\] for 2 layers/],
  ["no experts", { n_att_experts: [3, 0] }, {}, /n_att_experts \[3,0\]/],
  [
    "other numbers of experts",
    { n_mlp_experts: 4 },
    {},
    /h\.1\.mlpf\.experts\.weight of .* is \[3,8,6\], .* \[4,8,6\]/,
  ],
  ["keys that are the state", { n_head: 1, att_hidden: 8 }, {}, /keys and values are the state itself/],
  ["heads that do not divide", { n_head: 5 }, {}, /5 heads \(n_head\)/],
  ["a tensor too many", {}, { "transformer.h.0.attn.extra": one }, /does not have: transformer\.h\.0\.attn\.extra/],
]
for (const [what, change, tensors, message] of refused)
  test(`refused by name: ${what}`, () => assert.rejects(changed(change, tensors), message))
