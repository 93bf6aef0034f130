/**
 * Modules that we trained to answer in words, as the folders that we write for PEFT: there they give the same scores and
 * write the same texts. `golden/make/text_modules.py` loads the folders in `golden/text_modules/` into PEFT.
 */
import assert from "node:assert/strict"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { answerLoss, pairFeeds } from "../../../src/model/answers.ts"
import { generator } from "../../../src/model/generation.ts"
import { NO_HEAD } from "../../../src/model/library.ts"
import { frozen } from "../../../src/model/single.ts"
import { program, readSafetensors } from "../../../src/plugin/index.ts"
import { readPeft } from "../../../src/run/peft/read.ts"
import { peftFiles } from "../../../src/run/peft/write.ts"
import golden from "../../golden/text_modules.json" with { type: "json" }
import { apart, engines } from "../../model/golden.ts"
import { directory } from "./golden.ts"
import { adapterOf, LESSONS, learnt, networkOf, pairs } from "./text_modules.ts"

/** The folder that `make/text_modules.py` reads: `golden/text_modules`, where the lessons have changed. */
const out = process.env.L2R_PEFT_OUT

const tensorsIn = (bytes: Uint8Array) => readSafetensors(bytes).tensors

for (const [name, lesson] of Object.entries(LESSONS)) {
  test(`what ${name} learns is written as the folder that PEFT has read`, async () => {
    const { network, module } = await learnt(lesson)
    const files = peftFiles(network, module, { base: lesson.base, labels: [] })
    if (out) {
      mkdirSync(join(out, name), { recursive: true })
      for (const [file, content] of Object.entries(files)) writeFileSync(join(out, name, file), content)
    }
    const folder = join(out ?? join(directory, "text_modules"), name)
    assert.equal(files["adapter_config.json"], readFileSync(join(folder, "adapter_config.json"), "utf8"))
    const ours = tensorsIn(files["adapter_model.safetensors"] as Uint8Array)
    const theirs = tensorsIn(readFileSync(join(folder, "adapter_model.safetensors")))
    assert.deepEqual(Object.keys(ours), Object.keys(theirs))
    for (const [key, { shape, data }] of Object.entries(ours)) {
      assert.deepEqual(shape, theirs[key].shape)
      // Math.exp differs between runtimes in the last bit of float64; AdamW divides by small second moments.
      assert.ok(apart(data, [...theirs[key].data].map(Number)) < 1e-4, key)
    }
  })

  for (const on of ["reference", "onnxruntime"] as const)
    test(`golden: under ${name} PEFT has our losses, and its generate writes our texts, on ${on}`, async () => {
      const expected = golden.modules[name as keyof typeof golden.modules]
      const network = await networkOf(lesson)
      const adapters = [await adapterOf(lesson)]
      const read = readPeft(network, { location: `text_modules/${name}`, directory, base: lesson.base, adapters })
      const participant = frozen({ ...read, task: "any", head: NO_HEAD })
      const engine = await engines[on]()
      const { texts, answers, end } = pairs(network)
      const session = await engine.compile(program({ loss: answerLoss(network, participant) }))
      for (const [i, text] of texts.entries()) {
        const { loss } = await session.run(pairFeeds(network, [text], [answers[i]]))
        const gap = Math.abs(Number(loss.data[0]) - expected.losses[i])
        assert.ok(gap < (on === "reference" ? 1e-5 : 5e-5), `text ${i}: ${gap}`)
      }
      await session.release()
      const writer = generator(engine, network, () => participant)
      const newTokens = golden.new_tokens
      const greedy = await writer.greedy(texts, { newTokens, end })
      assert.deepEqual(
        greedy.map((tokens) => [...tokens]),
        expected.greedy,
      )
      if ("beams_3" in expected) {
        const beams = await writer.beams(texts, { newTokens, end, beams: 3 })
        assert.deepEqual(
          beams.map((tokens) => [...tokens]),
          expected.beams_3,
        )
      }
      await writer.release()
    })
}

test("modules that learnt their answers write them, and every folder is tried in PEFT", () => {
  assert.deepEqual(Object.keys(golden.modules).sort(), Object.keys(LESSONS).sort())
  const { t5_lora, qwen3_dora } = golden.modules
  for (const { greedy } of [t5_lora, qwen3_dora])
    assert.deepEqual(
      greedy.map((tokens) => tokens.slice(0, -1)),
      golden.answers,
    )
})
