/** A module folded into the weights of its backbone gives the states that it gives beside them; what weights cannot hold is refused. */
import assert from "node:assert/strict"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import bottleneck from "../../../plugins/adapters/bottleneck.ts"
import { packed } from "../../../src/model/batch.ts"
import { encoder, type Network, type Participant } from "../../../src/model/encoder.ts"
import { freshModule } from "../../../src/model/initial.ts"
import { bySite, type TrainedModule } from "../../../src/model/library.ts"
import { frozen } from "../../../src/model/single.ts"
import {
  checkpointFolder,
  DataError,
  type HostTensor,
  program,
  randomStream,
  readSafetensors,
  Schema,
} from "../../../src/plugin/index.ts"
import { foldedInto } from "../../../src/run/folded/files.ts"
import { apart, engines, textsOf } from "../../model/golden.ts"
import { directory, networkOf, readGolden } from "../peft/golden.ts"

const zeros = (...shape: number[]): HostTensor => ({ shape, data: new Float32Array(shape.reduce((a, b) => a * b)) })
const wholeOf = (network: Network, name: string, base: string): TrainedModule => ({
  ...readGolden(network, name, base),
  task: "any",
  head: { W: zeros(network.checkpoint.width, 2), b: zeros(2) },
})

const statesOf = async (network: Network, participant: Participant = {}) => {
  const session = await (await engines.onnxruntime()).compile(program({ hidden: encoder(network, participant).hidden }))
  const { hidden } = await session.run(
    packed(
      textsOf([
        [2, 5, 7, 3],
        [2, 9, 3],
      ]),
    ),
  )
  await session.release()
  return [...hidden.data].map(Number)
}

const folded = async (network: Network, module: TrainedModule, base: string) =>
  foldedInto(network, module, checkpointFolder(base, { directory }, "any"), {
    engine: await engines.onnxruntime(),
    labels: ["x", "y"],
  })

const modules = [
  ["bert_lora", "tiny_bert"],
  ["bert_dora", "tiny_bert"],
  ["bert_ia3", "tiny_bert"],
  ["bert_ln", "tiny_bert"],
  ["roberta_rslora", "families/roberta"],
  ["distilbert_dora", "families/distilbert"],
  ["llama_lora", "tiny_decoders/llama"],
  ["llama_ln", "tiny_decoders/llama"],
] as const

for (const [name, base] of modules)
  test(`the states of ${base} with ${name} are those of the folded checkpoint`, async () => {
    const network = await networkOf(base)
    const module = wholeOf(network, name, base)
    const folder = mkdtempSync(join(tmpdir(), "l2r-folded-"))
    try {
      for (const [file, content] of Object.entries(await folded(network, module, base)))
        writeFileSync(join(folder, file), content)
      const { backbone, checkpoint } = network
      const pooling = String(checkpoint.config.pooling)
      const again = await backbone.load(folder, { max_tokens: 512, pooling }, { directory })
      const wanted = await statesOf(network, frozen(module))
      assert.ok(apart(await statesOf({ backbone, checkpoint: again }), wanted) < 1e-4)
      assert.ok(apart(await statesOf(network), wanted) > 1e-3)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

test("the file keeps every other tensor, and the head stands beside it", async () => {
  const network = await networkOf("tiny_bert")
  const files = await folded(network, wholeOf(network, "bert_lora", "tiny_bert"), "tiny_bert")
  const before = readSafetensors(readFileSync(join(directory, "tiny_bert/model.safetensors"))).tensors
  const after = readSafetensors(files["model.safetensors"] as Uint8Array).tensors
  assert.deepEqual(Object.keys(after).sort(), Object.keys(before).sort())
  const changed = Object.keys(after).filter((name) => apart(after[name].data, [...before[name].data].map(Number)) > 0)
  assert.deepEqual([...new Set(changed.map((name) => name.split(".").slice(-2).join(".")))].sort(), [
    "query.weight",
    "value.weight",
  ])
  assert.deepEqual(Object.keys(files).sort(), [
    "config.json",
    "head.safetensors",
    "model.safetensors",
    "tokenizer.json",
    "tokenizer_config.json",
  ])
})

const refused = (promise: Promise<unknown>, message: RegExp) =>
  assert.rejects(promise, (error: DataError) => {
    assert.ok(error instanceof DataError, String(error))
    assert.match(error.message, message)
    assert.match(error.help, /--to onnx/)
    return true
  })

test("what is not linear, or joins the tokens, is refused", async () => {
  const network = await networkOf("tiny_bert")
  const options = Schema.decodeUnknownSync(bottleneck.options)({ reduction: 4, activation: "gelu" })
  const random = randomStream(1, "module")
  const drawn = [...freshModule(network, bottleneck, options, (name) => randomStream(1, name))].map(
    ([name, { shape, data }]) =>
      [name, { shape, data: Float32Array.from(data as Float32Array, () => random.normal()) }] as const,
  )
  const module: TrainedModule = {
    task: "any",
    adapter: bottleneck,
    options,
    sites: bySite(drawn),
    head: { W: zeros(16, 2), b: zeros(2) },
  }
  await refused(
    folded(network, module, "tiny_bert"),
    /adapter bottleneck at layer\.0\.\S+ (is not linear|changes what is no layer)/,
  )
  const llama = await networkOf("tiny_decoders/llama")
  await refused(
    folded(llama, wholeOf(llama, "llama_prefix", "tiny_decoders/llama"), "tiny_decoders/llama"),
    /joins the tokens/,
  )
})
