/** What PEFT trained gives the same states here; what we write is what PEFT writes, tensor by tensor. */
import assert from "node:assert/strict"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import prefix from "../../../plugins/adapters/prefix.ts"
import { packed } from "../../../src/model/batch.ts"
import { encoder, type Network } from "../../../src/model/encoder.ts"
import { encoderDecoder } from "../../../src/model/encoder_decoder.ts"
import { translationFeeds } from "../../../src/model/sequence_to_sequence.ts"
import { frozen } from "../../../src/model/single.ts"
import { type Adapter, type HostTensor, program, readSafetensors } from "../../../src/plugin/index.ts"
import type { PeftModule } from "../../../src/run/peft/read.ts"
import { peftFiles } from "../../../src/run/peft/write.ts"
import { moduleWith } from "../../../src/testing/adapter.ts"
import golden from "../../golden/peft.json" with { type: "json" }
import { apart, engines, textsOf } from "../../model/golden.ts"
import { directory, networkOf, readGolden } from "./golden.ts"

const zero = (shape: readonly number[]): HostTensor => ({
  shape,
  data: new Float32Array(shape.reduce((a, b) => a * b)),
})
/** The module with a head, which the folders of most do not have. */
const whole = ({ checkpoint: { width } }: Network, { head, ...module }: PeftModule) => ({
  ...module,
  task: "any",
  head: head ?? { W: zero([width, 3]), b: zero([3]) },
})

const statesOf = async (network: Network, module: PeftModule) => {
  const texts = textsOf(golden.ids)
  const answers = network.backbone.decode
  const { hidden } = (answers ? encoderDecoder : encoder)(network, frozen(whole(network, module)))
  const session = await (await engines.onnxruntime()).compile(program({ hidden }))
  const outputs = await session.run(answers ? translationFeeds(network, texts, texts) : packed(texts))
  await session.release()
  return outputs.hidden.data
}

test("every folder is read", () => {
  assert.deepEqual(Object.keys(golden.folders).sort(), readdirSync(join(directory, "peft")).sort())
})

for (const [name, { base, hidden }] of Object.entries(golden.folders))
  test(`golden: the states of ${base} with the module ${name} that PEFT wrote`, async () => {
    const network = await networkOf(base)
    const states = await statesOf(network, readGolden(network, name, base))
    assert.ok(apart(states, hidden.flat()) < 2e-5, `${apart(states, hidden.flat())}`)
  })

for (const [name, { base }] of Object.entries(golden.folders))
  test(`what is written for ${name} has PEFT's tensors, and is read again as the same module`, async () => {
    const network = await networkOf(base)
    const module = readGolden(network, name, base)
    const theirs = readSafetensors(readFileSync(join(directory, "peft", name, "adapter_model.safetensors"))).tensors
    const withHead = Object.keys(theirs).some((key) => /^base_model\.model\.(bert|model)\./.test(key))
    const files = peftFiles(network, whole(network, module), { base, labels: ["x", "y", "z"], withHead })
    const ours = readSafetensors(files["adapter_model.safetensors"] as Uint8Array).tensors
    const ofAdapter = Object.keys(theirs).filter((key) => !/\.(classifier|score)\./.test(key))
    assert.deepEqual(Object.keys(ours).sort(), ofAdapter.sort())
    for (const [key, { shape, data }] of Object.entries(ours)) {
      assert.deepEqual(shape, theirs[key].shape, key)
      assert.ok(apart(data, [...theirs[key].data].map(Number)) < 1e-6, key)
    }
    const folder = mkdtempSync(join(tmpdir(), "l2r-peft-"))
    try {
      for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, file), content)
      const again = readGolden(network, ".", "under/another/name", folder)
      assert.deepEqual(again.options, module.options)
      assert.deepEqual(again.labels, ["x", "y", "z"])
      assert.deepEqual(Object.keys(again.sites).sort(), Object.keys(module.sites).sort())
      for (const [site, parameters] of Object.entries(again.sites))
        for (const [key, { data }] of Object.entries(parameters))
          assert.ok(apart(data, [...module.sites[site][key].data].map(Number)) < 1e-6, `${site} ${key}`)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

for (const base of ["tiny_decoders/llama", "tiny_decoders/qwen3"])
  test(`a prefix that a network makes is written as what it makes, on ${base}`, async () => {
    const network = await networkOf(base)
    const made = moduleWith(prefix as Adapter, { length: 3, hidden: 5 }, network, 7)
    const module: PeftModule = { adapter: made.adapter, options: made.options, sites: made.sites, unread: [] }
    const folder = mkdtempSync(join(tmpdir(), "l2r-peft-"))
    try {
      const files = peftFiles(network, whole(network, module), { base, labels: ["x", "y", "z"] })
      for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, file), content)
      const again = readGolden(network, ".", base, folder)
      assert.deepEqual(again.options, { length: 3, hidden: 0 })
      const states = [...(await statesOf(network, module))].map(Number)
      assert.ok(apart(await statesOf(network, again), states) < 2e-5)
      const without = await statesOf(network, { ...again, sites: {} })
      assert.ok(apart(without, states) > 1e-3, "the prefix does something")
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

test("a decoder's score is the head; the head of a BERT with a pooler is named and left alone", async () => {
  const { hidden, logits } = golden.folders.qwen2_classes
  const network = await networkOf("tiny_decoders/qwen2")
  const { head, unread } = readGolden(network, "qwen2_classes", "tiny_decoders/qwen2")
  assert.deepEqual(unread, [])
  const { W, b } = head!
  hidden.forEach((states, text) => {
    const state = states[states.length - 1]
    const own = [...b.data].map((bias, c) =>
      state.reduce((sum, h, i) => sum + h * Number(W.data[i * 3 + c]), Number(bias)),
    )
    assert.ok(apart(own, logits[text]) < 1e-5)
  })
  const bert = readGolden(await networkOf("tiny_bert"), "bert_classes", "tiny_bert")
  assert.equal(bert.head, undefined)
  assert.deepEqual([...bert.unread].sort(), ["base_model.model.classifier.bias", "base_model.model.classifier.weight"])
})

/** `make/peft_folders.py FOLDER` loads these into PEFT and compares the states. */
const keep = process.env.L2R_PEFT_OUT
test("folders for PEFT are written where it is asked for", {
  skip: !keep && "name a folder in L2R_PEFT_OUT, then run make/peft_folders.py with it",
}, async () => {
  for (const [name, { base }] of Object.entries(golden.folders)) {
    const network = await networkOf(base)
    const module = readGolden(network, name, base)
    mkdirSync(join(keep!, name), { recursive: true })
    for (const [file, content] of Object.entries(peftFiles(network, whole(network, module), { base, labels: [] })))
      writeFileSync(join(keep!, name, file), content)
  }
})
