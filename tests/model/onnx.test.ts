/** Exported graphs against the checkpoints that they were exported from: states, sites, gradients; what is refused, and how. */
import assert from "node:assert/strict"
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import lora from "../../plugins/adapters/lora.ts"
import bert from "../../plugins/backbones/bert/index.ts"
import distilbert from "../../plugins/backbones/distilbert.ts"
import llama from "../../plugins/backbones/llama.ts"
import modernbert from "../../plugins/backbones/modernbert.ts"
import { fold, PASSES } from "../../plugins/backbones/onnx/fold.ts"
import onnx from "../../plugins/backbones/onnx/index.ts"
import { feedsOf } from "../../plugins/backbones/onnx/interface.ts"
import { readOnnx } from "../../plugins/backbones/onnx/read.ts"
import roberta from "../../plugins/backbones/roberta.ts"
import { packed } from "../../src/model/batch.ts"
import { parameterFeeds } from "../../src/model/differentiate.ts"
import { encoder, headLogits, type Network, type Participant } from "../../src/model/encoder.ts"
import { withGradients } from "../../src/model/gradients.ts"
import { drawn } from "../../src/model/initial.ts"
import { textFeeds } from "../../src/model/optimise.ts"
import { initialsFor, trainable } from "../../src/model/single.ts"
import {
  add,
  type Backbone,
  type Checkpoint,
  crossEntropy,
  DataError,
  GradientError,
  input,
  LINEAR_ROLES,
  matmul,
  overExamples,
  parameter,
  program,
  randomStream,
  scale,
  type Tensor,
} from "../../src/plugin/index.ts"
import gpt2 from "../golden/tiny_gpt2.json" with { type: "json" }
import { apart, engines, textsOf } from "./golden.ts"

const golden = fileURLToPath(new URL("../golden/", import.meta.url))
/** Checkpoints that are not part of the repository lie beside it. */
const models = fileURLToPath(new URL("../../../shared/models/", import.meta.url))

const MAX_TOKENS = 24
const imported = (location: string, directory = golden): Promise<Checkpoint> =>
  onnx.load(location, { max_tokens: MAX_TOKENS, pooling: "mean", output: "last_hidden_state" }, { directory })

interface Pair {
  readonly file: string
  readonly directory: string
  readonly plugin: Backbone
  /** The folder of the checkpoint. */
  readonly folder: string
}

const pairs: readonly Pair[] = [
  { file: "tiny_bert/onnx/script.onnx", directory: golden, plugin: bert, folder: "tiny_bert" },
  { file: "tiny_bert/onnx/dynamo.onnx", directory: golden, plugin: bert, folder: "tiny_bert" },
  { file: "families/roberta", directory: golden, plugin: roberta, folder: "families/roberta" },
  { file: "families/modernbert", directory: golden, plugin: modernbert, folder: "families/modernbert" },
  { file: "tiny_decoders/llama", directory: golden, plugin: llama, folder: "tiny_decoders/llama" },
  { file: "optimum/distilbert", directory: golden, plugin: distilbert, folder: "families/distilbert" },
  { file: "optimum/llama", directory: golden, plugin: llama, folder: "tiny_decoders/llama" },
  { file: "all-MiniLM-L6-v2", directory: models, plugin: bert, folder: "all-MiniLM-L6-v2" },
  { file: "aosp-topics-bert", directory: models, plugin: bert, folder: "aosp-topics-bert" },
  { file: "stories260k/onnx/model.onnx", directory: models, plugin: llama, folder: "stories260k" },
]

const texts = textsOf([
  [2, 10, 11, 3],
  [2, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 3],
  [2, 3],
])

const networks = async ({ file, directory, plugin, folder }: Pair): Promise<readonly [Network, Network]> => [
  { backbone: onnx, checkpoint: await imported(file, directory) },
  {
    backbone: plugin,
    checkpoint: await plugin.load(folder, { max_tokens: MAX_TOKENS, pooling: "mean" }, { directory }),
  },
]

const run = async (
  outputs: Readonly<Record<string, Tensor>>,
  feeds = packed(texts),
  on: keyof typeof engines = "onnxruntime",
) => {
  const session = await (await engines[on]()).compile(program(outputs))
  const results = await session.run(feeds)
  await session.release()
  return results
}

/** Something at every site that is no linear layer, so that it shows where they stand. */
const nudge: Participant = {
  change: ({ site }, x, y) => (site.kind === "linear" ? y : add(y, scale(x, site.kind === "norm" ? 0.05 : 0.1))),
  attend: (_site, q, y) => (q.shape[1] === y.shape[1] ? add(y, scale(q, 0.1)) : y),
}

for (const pair of pairs) {
  const skip = existsSync(join(pair.directory, pair.folder)) ? false : `${pair.folder} is not in ../shared/models`
  test(`states, sites and gradients of ${pair.file} are those of its checkpoint`, { skip }, async () => {
    const [own, given] = await networks(pair)
    // Tokens join no imported graph: its rows of the table are computed in it.
    const sites = given.checkpoint.sites.filter(({ kind }) => kind !== "embeddings")
    assert.deepEqual(own.checkpoint.sites, sites)
    assert.equal(own.checkpoint.layers, given.checkpoint.layers)
    assert.equal(own.checkpoint.maxTokens, MAX_TOKENS)
    const states = await Promise.all(
      [own, given].map(async (network) => {
        const blocks: Tensor[] = []
        const { hidden } = encoder(network, { block: (_layer, state) => blocks.push(state) })
        const changed = encoder(network, nudge).hidden
        return run({
          ...Object.fromEntries([...blocks, hidden].map((state, layer) => [`state ${layer}`, state])),
          changed,
        })
      }),
    )
    for (const [name, { data }] of Object.entries(states[0])) {
      const gap = apart(data, [...states[1][name].data].map(Number))
      assert.ok(gap < 1e-4, `${name}: ${gap}`)
    }
    if (own.checkpoint.parameters > 1e7) return
    const gradients = await Promise.all([own, given].map((network) => firstGradients(network)))
    for (const [name, { data }] of Object.entries(gradients[0])) {
      const wanted = [...gradients[1][name].data].map(Number)
      const most = Math.max(1, ...wanted.map(Math.abs))
      assert.ok(apart(data, wanted) < 1e-4 * most, `${name}: ${apart(data, wanted)}`)
    }
  })
}

/** Loss and gradients of one LoRA step at every linear layer. */
const firstGradients = async (network: Network) => {
  const { sites, width } = network.checkpoint
  const options = { rank: 2, alpha: 4, dropout: 0, targets: LINEAR_ROLES }
  const values = new Map(
    [...initialsFor(lora, options, sites)].map(([name, { shape }]) => [
      name,
      drawn({ shape, draw: "normal", deviation: 0.1 }, randomStream(3, name)).data as Float32Array,
    ]),
  )
  for (const [name, size] of [
    ["head/W", [width, 2]],
    ["head/b", [2]],
  ] as const)
    values.set(name, drawn({ shape: size, draw: "normal", deviation: 0.1 }, randomStream(3, name)).data as Float32Array)
  const trace = encoder(network, trainable(lora, options, sites, { training: true }))
  const logits = headLogits(trace.features, parameter("head/W", [width, 2]), parameter("head/b", [2]))
  const labels = input("labels", ["examples"], "int", { of: "examples", layout: trace.layout })
  const training = withGradients(crossEntropy(logits, labels), [...values.keys()])
  const session = await (await engines.onnxruntime()).compile(training)
  const results = await session.run({
    ...textFeeds(texts, Int32Array.of(0, 1, 1), Int32Array.of(0, 1, 2)),
    ...parameterFeeds(training, values),
  })
  await session.release()
  return results
}

test("what is recognised costs nothing more: the program of an import is as long as that of its checkpoint", async () => {
  for (const pair of pairs.slice(0, 2)) {
    const [own, given] = await networks(pair)
    const lengths = [own, given].map((network) => program({ hidden: encoder(network).hidden }).nodes.length)
    // the row of the token type, and its sum
    assert.equal(lengths[0], lengths[1] + 2)
  }
})

test("a family without a backbone of its own: GPT-2, its queries, keys and values set apart", async () => {
  const checkpoint = await imported("tiny_gpt2")
  const linear = ["attention.query", "attention.key", "attention.value", "attention.output", "intermediate", "output"]
  assert.deepEqual(
    checkpoint.sites.filter(({ kind }) => kind === "linear").map(({ name }) => name),
    [0, 1].flatMap((layer) => linear.map((part) => `layer.${layer}.${part}`)),
  )
  assert.equal(checkpoint.sites.at(-1)?.name, "final.norm")
  const { hidden } = encoder({ backbone: onnx, checkpoint })
  const { data } = (await run({ hidden }, packed(textsOf(gpt2.ids)))).hidden
  assert.ok(apart([...data].map(Number), gpt2.hidden.flat()) < 1e-5)
})

/** How a file computes is kept where nothing is recognised: linear layers and norms alone, then all. */
for (const file of ["tiny_bert/onnx/script.onnx", "tiny_bert/onnx/dynamo.onnx", "tiny_decoders/llama/onnx/model.onnx"])
  test(`what is not recognised in ${file} is computed as it stands there`, async () => {
    const read = readOnnx(join(golden, file))
    const biased = !file.includes("llama")
    const settings = { feeds: feedsOf(read, file), output: "last_hidden_state", pad: 0, maxTokens: MAX_TOKENS }
    const statesAfter = async (passes: typeof PASSES) => {
      const { network, weights, width, sites } = fold(read, { ...settings, passes })
      const config = { graph: JSON.stringify(network), pooling: "mean" }
      const checkpoint = { config, weights, width, sites } as unknown as Checkpoint
      const { hidden } = await run({ hidden: encoder({ backbone: onnx, checkpoint }).hidden })
      return { states: [...hidden.data].map(Number), sites, ops: new Set(network.steps.map(({ op }) => op)) }
    }
    const all = await statesAfter(PASSES)
    assert.ok(all.ops.has("Attention") && all.ops.has("Activation") && !all.ops.has("Softmax"))
    assert.ok(all.ops.has("Norm") && !["Erf", "Sigmoid", "Sqrt"].some((op) => all.ops.has(op)))
    assert.ok(biased || (all.ops.has("Rotary") && !["Cos", "Sin", "Neg"].some((op) => all.ops.has(op))))
    for (const passes of [PASSES.slice(0, 3), PASSES.slice(0, -1)]) {
      const some = await statesAfter(passes)
      assert.ok(some.ops.has("Softmax") && some.ops.has("Mask") && !some.ops.has("Attention"))
      // by the names of weights and biases, of which the newer exporter keeps those of the biases alone
      const named = all.sites.filter(({ name, kind }) => kind === "linear" && (biased || !name.includes("attention")))
      assert.deepEqual(some.sites, named)
      assert.ok(apart(some.states, all.states) < 2e-5, `${passes.length} passes: ${apart(some.states, all.states)}`)
    }
  })

test("the tokenizer of the folder above is read, and texts are cut where the positions end", async () => {
  const checkpoint = await onnx.load(
    "tiny_bert/onnx/script.onnx",
    { max_tokens: 512, pooling: "mean", output: "last_hidden_state" },
    { directory: golden },
  )
  assert.equal(checkpoint.maxTokens, 32)
  const [ids] = onnx.tokenize(["the rain"], checkpoint)
  assert.deepEqual([...ids], [...bert.tokenize(["the rain"], checkpoint)[0]])
})

test("the fingerprint is the digest, and covers the file with the weights", async () => {
  const folder = mkdtempSync(join(tmpdir(), "l2r-onnx-"))
  try {
    for (const name of ["dynamo.onnx", "dynamo.onnx.data"])
      copyFileSync(join(golden, "tiny_bert/onnx", name), join(folder, name))
    copyFileSync(join(golden, "tiny_bert/tokenizer.json"), join(folder, "tokenizer.json"))
    const fingerprint = () => onnx.fingerprint("dynamo.onnx", {} as never, { directory: folder })
    const before = await fingerprint()
    assert.equal((await imported("dynamo.onnx", folder)).digest, before)
    writeFileSync(join(folder, "dynamo.onnx.data"), new Uint8Array(30_000))
    assert.notEqual(await fingerprint(), before)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test("quantised constants are read as the numbers that they stand for", async () => {
  const checkpoint = await imported("tiny_bert/onnx/dequantised.onnx")
  const { hidden } = encoder({ backbone: onnx, checkpoint })
  const table = checkpoint.weights["embeddings.word"]
  assert.deepEqual(table.shape, [60, 4])
  for (const on of ["reference", "onnxruntime"] as const) {
    const { data } = (await run({ hidden }, packed(texts.slice(0, 1)), on)).hidden
    const row = (id: number) => Array.from(table.data.slice(4 * id, 4 * id + 4), Number)
    const [, matrix] = Object.values(checkpoint.weights)
    const expected = [2, 10, 11, 3].flatMap((id) =>
      [0, 1, 2, 3].map((c) => row(id).reduce((total, x, r) => total + x * Number(matrix.data[4 * r + c]), 0)),
    )
    assert.ok(apart(data as Float32Array, expected) < 1e-5)
    assert.ok(Math.max(...expected.map(Math.abs)) > 0.1)
  }
})

test("half precision is read exactly, as bytes and as a list", async () => {
  const checkpoint = await imported("tiny_bert/onnx/half.onnx")
  const { hidden } = encoder({ backbone: onnx, checkpoint })
  const { data } = (await run({ hidden }, packed(textsOf([[2, 3]])), "reference")).hidden
  const tenth = -0.0999755859375
  const third = 0.3330078125
  assert.deepEqual([...data].map(Number), [1.5, -65500, 0.5 + 2 ** -20, 1 + tenth, 2 ** -14, 7, 0.5 + third, -1])
})

test("a node without a gradient runs, and is an error only where a gradient must pass it", async () => {
  const checkpoint = await imported("tiny_bert/onnx/rounded.onnx")
  const traced = (trained: boolean) => encoder({ backbone: onnx, checkpoint }, {}, trained)
  const { hidden } = traced(false)
  for (const on of ["reference", "onnxruntime"] as const) await run({ hidden }, packed(texts), on)
  const after = parameter("after", [4, 2])
  const above = overExamples(matmul(hidden, after))
  assert.equal(Object.keys(program({ g: withGradients(above, ["after"]).outputs["gradient/after"] }).outputs).length, 1)
  const below = overExamples(traced(true).hidden)
  assert.throws(
    () => withGradients(below, ["embeddings.word"]),
    (error: unknown) => {
      assert.ok(error instanceof GradientError)
      assert.match(
        error.message,
        /^grad: the node floor_node \(Floor\) has no gradient, and the loss depends on "embeddings\.word" through it \(.*rounded <- matmul <- rounded <- gather <- parameter\); attach adapters after it alone, or take a model without it$/,
      )
      return true
    },
  )
})

/** A folder with copies of fixtures, and what goes wrong with it. */
const refused: readonly (readonly [string, (folder: string) => string, RegExp, RegExp])[] = [
  [
    "an operator that is not computed",
    () => "unknown.onnx",
    /the node last_hidden_state_node uses the operator Hardmax, which the backbone onnx does not compute/,
    /config\.json and model\.safetensors/,
  ],
  [
    "quantised activations",
    () => "quantised.onnx",
    /quantised numbers: DynamicQuantizeLinear, MatMulInteger, first in the node words_int8_node/,
    /float32/,
  ],
  [
    "a batch that is fixed",
    () => "fixed.onnx",
    /the input input_ids of "fixed\.onnx" has the shape \[1, 16\]/,
    /dynamic batch/,
  ],
  [
    "weights in a file that is not there",
    (folder) => {
      rmSync(join(folder, "dynamo.onnx.data"))
      return "dynamo.onnx"
    },
    /dynamo\.onnx keeps "[\w.]+" in "dynamo\.onnx\.data", which is not there/,
    /copy dynamo\.onnx\.data beside the model/,
  ],
  [
    "weights in a file that is cut",
    (folder) => {
      writeFileSync(join(folder, "dynamo.onnx.data"), new Uint8Array(100))
      return "dynamo.onnx"
    },
    /where \d+ bytes from byte \d+ on are not there/,
    /both files/,
  ],
  [
    "weights that are no numbers",
    (folder) => {
      const bytes = readFileSync(join(folder, "dynamo.onnx.data"))
      new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2).fill(Number.NaN)
      writeFileSync(join(folder, "dynamo.onnx.data"), bytes)
      return "dynamo.onnx"
    },
    /[\w.]+ of "dynamo\.onnx" has NaN as its number 0/,
    /copy or download the weights again/,
  ],
  [
    "no tokenizer",
    (folder) => {
      rmSync(join(folder, "tokenizer.json"))
      return "script.onnx"
    },
    /the backbone "script\.onnx" lacks tokenizer\.json/,
    /beside script\.onnx, or into the folder above/,
  ],
  [
    "a tokenizer of another model",
    (folder) => {
      writeFileSync(join(folder, "tokenizer.json"), JSON.stringify({ model: { vocab: { far: 999 } } }))
      return "script.onnx"
    },
    /ids up to 999, the weights embed 60 tokens/,
    /same model/,
  ],
  [
    "a file that is no model",
    (folder) => {
      writeFileSync(join(folder, "text.onnx"), "not a model at all")
      return "text.onnx"
    },
    /text\.onnx is no ONNX model, or it is cut/,
    /once more/,
  ],
  ["a file that is not there", () => "missing.onnx", /no backbone at "missing\.onnx"/, /give the path/],
  ["a folder with several models", () => ".", /holds dynamo\.onnx, fixed\.onnx/, /name one of them/],
]

for (const [name, prepare, message, help] of refused)
  test(`refused: ${name}`, async () => {
    const above = mkdtempSync(join(tmpdir(), "l2r-onnx-"))
    const folder = join(above, "model")
    try {
      mkdirSync(folder)
      for (const file of [
        "dynamo.onnx",
        "dynamo.onnx.data",
        "fixed.onnx",
        "quantised.onnx",
        "script.onnx",
        "unknown.onnx",
      ])
        copyFileSync(join(golden, "tiny_bert/onnx", file), join(folder, file))
      copyFileSync(join(golden, "tiny_bert/tokenizer.json"), join(folder, "tokenizer.json"))
      const location = prepare(folder)
      await assert.rejects(imported(location, folder), (error: unknown) => {
        assert.ok(error instanceof DataError, String(error))
        assert.match(error.message, message)
        assert.match(error.help, help)
        return true
      })
    } finally {
      rmSync(above, { recursive: true })
    }
  })

test("an export with its head is refused, and scores of classes are no states, though they be asked for", async () => {
  const refusal = (output: string) =>
    onnx.load("optimum/classes", { max_tokens: MAX_TOKENS, pooling: "mean", output }, { directory: golden }).then(
      () => assert.fail("it is read"),
      (error: DataError) => [error.message, error.help],
    )
  const [message, help] = await refusal("last_hidden_state")
  assert.equal(message, 'the graph of "optimum/classes" has a head: its only output is "logits"')
  assert.match(help, /feature-extraction; or write `output: logits`/)
  const [said, remedy] = await refusal("logits")
  assert.equal(said, 'the output of the graph of "optimum/classes" is [examples, 2]: no state of each token')
  assert.match(remedy, /output: NAME/)
})

test("an output that is not there is refused with the names of those that are", async () => {
  await assert.rejects(
    onnx.load(
      "tiny_bert/onnx/script.onnx",
      { max_tokens: 24, pooling: "mean", output: "logits" },
      { directory: golden },
    ),
    /the graph of "tiny_bert\/onnx\/script\.onnx" has no output "logits"; it has last_hidden_state/,
  )
})
