/** A module with its backbone as an ONNX model: what plain onnxruntime and @huggingface/transformers compute is what is computed here. */
import assert from "node:assert/strict"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { test } from "node:test"
import { AutoModel, AutoModelForSequenceClassification, AutoTokenizer, env } from "@huggingface/transformers"
import * as ort from "onnxruntime-node"
import bitfit from "../../../plugins/adapters/bitfit.ts"
import bottleneck from "../../../plugins/adapters/bottleneck.ts"
import compacter from "../../../plugins/adapters/compacter.ts"
import full from "../../../plugins/adapters/full.ts"
import lora from "../../../plugins/adapters/lora.ts"
import prefix from "../../../plugins/adapters/prefix.ts"
import prompt from "../../../plugins/adapters/prompt.ts"
import sparse from "../../../plugins/adapters/sparse.ts"
import { encode, raw } from "../../../plugins/backends/onnxruntime/encode.ts"
import { packed } from "../../../src/model/batch.ts"
import { encoder, headLogits, type Network } from "../../../src/model/encoder.ts"
import type { TrainedModule } from "../../../src/model/library.ts"
import { frozen } from "../../../src/model/single.ts"
import {
  type Adapter,
  type HostTensor,
  program,
  randomStream,
  readSafetensors,
  type TokenIds,
  weight,
} from "../../../src/plugin/index.ts"
import { onnxFiles } from "../../../src/run/onnx/files.ts"
import { moduleWith } from "../../../src/testing/adapter.ts"
import { decoded, type Written } from "../../../src/testing/plugin_options.ts"
import { apart, engines, textsOf } from "../../model/golden.ts"
import { directory, networkOf, readGolden } from "../peft/golden.ts"

const LABELS = ["x", "y", "z"]
const random = randomStream(5, "head")
const drawn = (shape: readonly number[]): HostTensor => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal()),
})
const moduleOn = (network: Network, name: string, base: string): TrainedModule => ({
  ...readGolden(network, name, base),
  task: "any",
  head: { W: drawn([network.checkpoint.width, 3]), b: drawn([3]) },
})

const computed = async (network: Network, module: TrainedModule, texts: readonly TokenIds[]) => {
  const { hidden, features } = encoder(network, frozen(module))
  const { W, b } = module.head
  const logits = headLogits(features, weight("head/W", W), weight("head/b", b))
  const session = await (await engines.onnxruntime()).compile(program({ hidden, logits }))
  const outputs = await session.run(packed(texts))
  await session.release()
  return outputs
}

const written = (files: ReadonlyMap<string, string | Uint8Array>): string => {
  const folder = mkdtempSync(join(tmpdir(), "l2r-onnx-"))
  for (const [path, content] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  return folder
}

/** Padded with another token than that of padding, on one side or the other. */
const padded = (texts: readonly TokenIds[], side: "left" | "right") => {
  const length = Math.max(...texts.map((text) => text.length))
  const place = (text: TokenIds, i: number) => (side === "right" ? i : i - (length - text.length))
  const at = texts.flatMap((text) => Array.from({ length }, (_, i) => text[place(text, i)]))
  const wide = (values: readonly number[]) =>
    new ort.Tensor("int64", BigInt64Array.from(values, BigInt), [texts.length, length])
  return {
    feeds: { input_ids: wide(at.map((id) => id ?? 1)), attention_mask: wide(at.map((id) => Number(id !== undefined))) },
    rows: at.flatMap((id, i) => (id === undefined ? [] : [i])),
  }
}

const modules: readonly (readonly [string, string])[] = [
  ["bert_lora", "tiny_bert"],
  ["bert_dora", "tiny_bert"],
  ["bert_ia3", "tiny_bert"],
  ["bert_ln", "tiny_bert"],
  ["roberta_rslora", "families/roberta"],
  ["distilbert_ia3", "families/distilbert"],
  ["llama_lora", "tiny_decoders/llama"],
  ["llama_prefix", "tiny_decoders/llama"],
]

/** Kinds that PEFT has not, and families, with drawn numbers. */
const others: readonly (readonly [Adapter, Written, string])[] = [
  [bitfit, {}, "tiny_bert"],
  [bottleneck, { reduction: 4 }, "tiny_bert"],
  [bottleneck, { reduction: 4, place: "parallel" }, "tiny_decoders/mistral"],
  [compacter, { reduction: 4, n: 2 }, "families/roberta"],
  [full, { targets: ["value"] }, "tiny_bert"],
  [prefix, { length: 2, hidden: 3 }, "tiny_bert"],
  [prompt, { length: 2 }, "tiny_decoders/llama"],
  [sparse, { share: 0.2 }, "tiny_decoders/qwen3"],
  [lora, { rank: 2 }, "families/albert"],
  [lora, { rank: 2 }, "families/modernbert"],
]
const cases: readonly (readonly [string, string, (network: Network) => TrainedModule])[] = [
  ...modules.map(([name, base]) => [name, base, (network: Network) => moduleOn(network, name, base)] as const),
  ...others.map(
    ([adapter, written, base]) =>
      [
        `${adapter.name} ${JSON.stringify(written)} on ${base}`,
        base,
        (network: Network) => ({
          ...moduleWith(adapter, decoded(adapter, written), network, 3),
          head: { W: drawn([network.checkpoint.width, 3]), b: drawn([3]) },
        }),
      ] as const,
  ),
]

for (const [name, base, moduleFor] of cases)
  test(`in plain onnxruntime, padded on either side: ${name}`, async () => {
    const { backbone, checkpoint } = await networkOf(base)
    // Room for the tokens of a prompt.
    const network = { backbone, checkpoint: { ...checkpoint, maxTokens: 16 } }
    const module = moduleFor(network)
    const texts = textsOf([
      [2, 5, 7, 3],
      [2, 9, 3],
      [2, 4, 6, 8, 10, 3],
    ])
    const wanted = await computed(network, module, texts)
    const files = onnxFiles(network, module, { encode, raw }, { labels: LABELS })
    const session = await ort.InferenceSession.create(files.get("onnx/model.onnx") as Uint8Array)
    assert.deepEqual(session.inputNames, ["input_ids", "attention_mask"])
    for (const side of ["right", "left"] as const) {
      const { feeds, rows } = padded(texts, side)
      const { last_hidden_state: states, logits } = await session.run(feeds)
      const { width } = network.checkpoint
      assert.ok(apart(logits.data as Float32Array, [...wanted.logits.data].map(Number)) < 1e-4)
      assert.deepEqual(states.dims, [3, 6, width])
      const own = rows.flatMap((row) => [...(states.data as Float32Array).subarray(row * width, (row + 1) * width)])
      // Tokens of a prompt stand behind those of all texts.
      assert.ok(apart(own, [...wanted.hidden.data.slice(0, own.length)].map(Number)) < 1e-4)
    }
    await session.release()
  })

for (const [name, base] of [...modules, ["bert_lora_layer", "tiny_bert"]] as const)
  test(`a graph whose module is given serves another module of the adapter: ${name}`, async () => {
    const network = await networkOf(base)
    const module = moduleOn(network, name, base)
    const other: TrainedModule = {
      ...module,
      sites: Object.fromEntries(
        Object.entries(module.sites).map(([site, own]) => [
          site,
          Object.fromEntries(Object.entries(own).map(([key, { shape }]) => [key, drawn(shape)])),
        ]),
      ),
      head: { W: drawn([network.checkpoint.width, 3]), b: drawn([3]) },
    }
    const texts = textsOf([
      [2, 5, 7, 3],
      [2, 9, 3],
    ])
    const files = (of: TrainedModule) => onnxFiles(network, of, { encode, raw }, { labels: LABELS, asInputs: true })
    const arraysIn = (of: TrainedModule) =>
      Object.fromEntries(
        Object.entries(readSafetensors(files(of).get("onnx/module.safetensors") as Uint8Array).tensors).map(
          ([key, { shape, data }]) => [key, new ort.Tensor("float32", data as Float32Array, [...shape])],
        ),
      )
    const bytes = files(module).get("onnx/model.onnx") as Uint8Array
    assert.deepEqual(files(other).get("onnx/model.onnx"), bytes, "no array is in the graph")
    const session = await ort.InferenceSession.create(bytes)
    assert.deepEqual(
      [...session.inputNames].sort(),
      ["input_ids", "attention_mask", ...Object.keys(arraysIn(module))].sort(),
    )
    for (const one of [module, other]) {
      const { logits } = await session.run({ ...padded(texts, "right").feeds, ...arraysIn(one) })
      const wanted = [...(await computed(network, one, texts)).logits.data].map(Number)
      assert.ok(apart(logits.data as Float32Array, wanted) < 1e-4 * Math.max(1, ...wanted.map(Math.abs)))
    }
    await session.release()
  })

test("in @huggingface/transformers, from its own tokens, with weights in files of their own", async () => {
  const network = await networkOf("tiny_bert")
  const module = moduleOn(network, "bert_lora", "tiny_bert")
  const text = "a small river"
  const ids = network.backbone.tokenize([text], network.checkpoint)
  const { hidden, logits } = await computed(network, module, ids)
  const source = join(directory, "tiny_bert")
  for (const limits of [undefined, { inside: 4000, file: 6000 }]) {
    const files = onnxFiles(network, module, { encode, raw }, { labels: LABELS, source, limits })
    assert.equal([...files.keys()].filter((name) => name.includes("_data")).length > 1, limits !== undefined)
    const folder = written(files)
    try {
      Object.assign(env, { allowRemoteModels: false, useBrowserCache: false, localModelPath: dirname(folder) })
      const tokenizer = await AutoTokenizer.from_pretrained(folder)
      const how = { dtype: "fp32", device: "cpu" } as const
      const classifier = await AutoModelForSequenceClassification.from_pretrained(folder, how)
      const scores = await classifier(tokenizer(text))
      assert.ok(apart(scores.logits.data, [...logits.data].map(Number)) < 1e-4)
      assert.deepEqual(Object.values((classifier.config as unknown as { id2label: object }).id2label), LABELS)
      await classifier.dispose()
      const model = await AutoModel.from_pretrained(folder, how)
      const states = await model(tokenizer(text))
      assert.ok(apart(states.last_hidden_state.data, [...hidden.data].map(Number)) < 1e-4)
      await model.dispose()
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
})
