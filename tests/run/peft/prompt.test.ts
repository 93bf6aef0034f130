/** Prompts of PEFT on every family: the same states here; what we write is what PEFT writes. */
import assert from "node:assert/strict"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import prompt from "../../../plugins/adapters/prompt.ts"
import { packed } from "../../../src/model/batch.ts"
import { encoder, type Network } from "../../../src/model/encoder.ts"
import { generator } from "../../../src/model/generation.ts"
import type { TrainedModule } from "../../../src/model/library.ts"
import { sequenceLoss, translationFeeds } from "../../../src/model/sequence_to_sequence.ts"
import { frozen } from "../../../src/model/single.ts"
import { type Adapter, type Backbone, program, readSafetensors } from "../../../src/plugin/index.ts"
import { loadPlugin } from "../../../src/plugin/load.ts"
import { readPeft } from "../../../src/run/peft/read.ts"
import { peftFiles } from "../../../src/run/peft/write.ts"
import golden from "../../golden/prompt_tuning.json" with { type: "json" }
import { apart, engines, headOf, textsOf } from "../../model/golden.ts"
import { directory } from "./golden.ts"

/** The tables of positions have room for the tokens that join. */
const options = { max_tokens: 16, pooling: "mean", revision: "" } as const
const FAMILIES: Readonly<Record<string, string>> = { tiny_bert: "bert", tiny_t5: "t5" }
const networkOf = async (base: string, more: object = {}): Promise<Network> => {
  const [family, folder] = base.split("/")
  const name = family === "families" ? folder : (FAMILIES[family] ?? "llama")
  const backbone = (await loadPlugin("backbone", name)) as Backbone
  return {
    backbone,
    checkpoint: await backbone.load(
      base,
      { ...options, ...(name === "t5" && { network: "encoder" }), ...more },
      { directory },
    ),
  }
}

const moduleIn = (network: Network, location: string, base: string, from = directory): TrainedModule => ({
  ...readPeft(network, { location, directory: from, base, adapters: [prompt as Adapter] }),
  task: "any",
  head: headOf({ W: Array.from({ length: network.checkpoint.width }, () => [0]), b: [0] }),
})

for (const [folder, { base, hidden }] of Object.entries(golden.folders))
  test(`golden: the states of ${base} under a prompt that PEFT wrote, and the prompt written again`, async () => {
    const network = await networkOf(base)
    const module = moduleIn(network, `prompts/${folder}`, base)
    const states = encoder(network, frozen(module))
    for (const on of ["reference", "onnxruntime"] as const) {
      const session = await (await engines[on]()).compile(program({ hidden: states.hidden, mean: states.features }))
      const outputs = await session.run(packed(textsOf(golden.ids)))
      await session.release()
      const width = network.checkpoint.width
      const ofTexts = outputs.hidden.data.slice(0, hidden.flat().length * width)
      assert.ok(
        apart(ofTexts, hidden.flat()) < (on === "reference" ? 5e-6 : 3e-5),
        `${on}: ${apart(ofTexts, hidden.flat())}`,
      )
      const means = hidden.map((text) =>
        text[0].map((_, c) => text.reduce((sum, row) => sum + row[c] / text.length, 0)),
      )
      assert.ok(
        apart(outputs.mean.data, means) < (on === "reference" ? 5e-6 : 3e-5),
        `${on}: mean of the texts' own tokens`,
      )
    }
    const files = peftFiles(network, module, { base, labels: ["x"] })
    const tensors = (bytes: Uint8Array) => readSafetensors(bytes).tensors
    const theirs = tensors(readFileSync(join(directory, "prompts", folder, "adapter_model.safetensors")))
    assert.deepEqual(tensors(files["adapter_model.safetensors"] as Uint8Array), theirs)
    const written = mkdtempSync(join(tmpdir(), "l2r-prompt-"))
    try {
      for (const [file, content] of Object.entries(files)) writeFileSync(join(written, file), content)
      assert.deepEqual(moduleIn(network, ".", base, written).sites, module.sites)
    } finally {
      rmSync(written, { recursive: true })
    }
  })

for (const on of ["reference", "onnxruntime"] as const)
  test(`golden: a decoder writes under its prompt what PEFT's writes, on ${on}`, async () => {
    const network = await networkOf("tiny_decoders/llama")
    const module = moduleIn(network, "prompts/llama", "tiny_decoders/llama")
    const writer = generator(await engines[on](), network, () => frozen(module))
    const texts = await writer.greedy(textsOf(golden.generated.prompts), { newTokens: 8 })
    await writer.release()
    assert.deepEqual(
      texts.map((text) => [...text]),
      golden.generated.texts,
    )
  })

for (const on of ["reference", "onnxruntime"] as const)
  test(`golden: an encoder-decoder under the prompt of its text answers as PEFT's does, on ${on}`, async () => {
    const { base, answers, losses, texts } = golden.answered
    const network = await networkOf(base, { network: "encoder_decoder" })
    const participant = frozen(moduleIn(network, "prompts/t5_answers", base))
    const session = await (await engines[on]()).compile(program({ loss: sequenceLoss(network, participant) }))
    for (const [i, ids] of textsOf(golden.ids).entries()) {
      const { loss } = await session.run(translationFeeds(network, [ids], textsOf([answers[i]])))
      assert.ok(Math.abs(Number(loss.data[0]) - losses[i]) < (on === "reference" ? 1e-5 : 5e-5), `${loss.data[0]}`)
    }
    await session.release()
    const writer = generator(await engines[on](), network, () => participant)
    const written = await writer.greedy(textsOf(golden.ids), { newTokens: 6 })
    await writer.release()
    assert.deepEqual(
      written.map((text) => [...text]),
      texts,
    )
  })

test("texts and prompts that are longer than the table of positions are refused, with what to do", async () => {
  const network = await networkOf("tiny_bert")
  const { positions = 0 } = network.checkpoint
  const long = { ...network, checkpoint: { ...network.checkpoint, maxTokens: positions - 1 } }
  const module = moduleIn(network, "prompts/tiny_bert", "tiny_bert")
  assert.throws(
    () => encoder(long, frozen(module)),
    (error: Error & { help?: string }) =>
      /3 tokens join texts of up to/.test(error.message) &&
      error.help?.includes(`max_tokens: ${positions - 3}`) === true,
  )
})
