/** Answers that are longer than `max_tokens` are learnt up to there, and told of; prompts leave room for answers. */
import assert from "node:assert/strict"
import { test } from "node:test"
import type { Network } from "../../../src/model/encoder.ts"
import type { Artifact } from "../../../src/plan/step.ts"
import type { Example } from "../../../src/plugin/index.ts"
import { textsIn } from "../../../src/run/steps/given.ts"
import { performers } from "../../../src/run/steps/index.ts"
import { engineOf } from "../../../src/testing/toy_network.ts"
import { backbone, workOf } from "../../../src/testing/work.ts"
import { tinyDecoder } from "../../model/decoders.ts"
import { tinyT5 } from "../../model/encoder_decoders.ts"

/** Of unlike lengths: most tokens of the tiny tokenizers are letters. */
const ANSWERS = ["a", "so", "the rain falls on the cold road"]
const asked = (text: string, label: string): Example => ({ text, label })

const tokensOf = async (network: Network, task: object, most: number) => {
  const dataset: Artifact = { json: task as never, arrays: {} }
  const bench = { network, engine: await engineOf("reference") }
  const warnings: (readonly [string, string | undefined])[] = []
  const work = workOf(bench, { backbone, answers: { max_tokens: most } }, { dataset })
  const artifact = await performers.tokens({ ...work, warn: (message, help) => warnings.push([message, help]) })
  return { artifact, warnings }
}

const taskOf = (answers: readonly string[], text = "the warm wind") => ({
  name: "weather",
  labels: [],
  train: answers.map((answer) => asked(text, answer)),
  validation: [asked(text, answers[0])],
  test: [asked(text, answers[0])],
})

const networks: Readonly<Record<string, () => Promise<Network>>> = {
  "the tiny T5": () => tinyT5("gated"),
  "the tiny Llama": () => tinyDecoder("llama"),
}

for (const [what, load] of Object.entries(networks)) {
  const whole = async (network: Network) =>
    network.backbone.tokenizeAnswers!(ANSWERS, { tokenizer: network.checkpoint.tokenizer })

  test(`${what}: an answer has its end token where that fits, and is cut where it is longer`, async () => {
    const network = await load()
    const end = network.backbone.answers?.(network.checkpoint).end as number
    const ids = await whole(network)
    const longest = Math.max(...ids.map(({ length }) => length))
    for (const most of [longest + 1, longest, longest - 1, 1]) {
      const { artifact, warnings } = await tokensOf(network, taskOf(ANSWERS), most)
      const learnt = textsIn(artifact, "train/answers")
      learnt.forEach((answer, i) => {
        const expected = ids[i].length < most ? [...ids[i], end] : [...ids[i].slice(0, most)]
        assert.deepEqual([...answer], expected, `${ANSWERS[i]}, at most ${most}`)
        assert.ok(answer.length <= most)
      })
      const shorter = ids[0].length < most ? 0 : 1 // of the validation split
      const cut = ids.filter(({ length }) => length >= most).length + shorter
      assert.deepEqual((artifact.json as { answers: object }).answers, { cut, of: ANSWERS.length + 1 })
      assert.deepEqual(
        warnings,
        cut === 0
          ? []
          : [
              [
                `${cut} of 4 answers of the task "weather" are longer than ${most} tokens, and learnt up to there`,
                "write a larger `max_tokens` in `answers` of the stream",
              ],
            ],
      )
    }
  })
}

test("an answer without a word is its end token", async () => {
  for (const load of Object.values(networks)) {
    const network = await load()
    const { artifact, warnings } = await tokensOf(network, taskOf(["", "so"]), 8)
    assert.deepEqual([...textsIn(artifact, "train/answers")[0]], [network.backbone.answers?.(network.checkpoint).end])
    assert.deepEqual(warnings, [])
  }
})

const long = "so the rain falls on the cold road and the wind blows late in the warm town"

test("of a decoder, prompt and answer have `max_tokens` of the backbone together; an encoder's text has them alone", async () => {
  for (const [load, room] of [
    [() => tinyDecoder("llama"), 20 - 6],
    [() => tinyT5("gated"), 20],
  ] as const) {
    const network = await load()
    const short = { ...network, checkpoint: { ...network.checkpoint, maxTokens: 20 } }
    const { artifact } = await tokensOf(short, taskOf(["so"], long), 6)
    for (const split of ["train", "validation", "test"])
      for (const text of textsIn(artifact, split)) assert.equal(text.length, room, split)
  }
})

test("answers that leave a decoder no room for a prompt are refused, with what to do", async () => {
  const network = await tinyDecoder("llama")
  const short = { ...network, checkpoint: { ...network.checkpoint, maxTokens: 8 } }
  await tokensOf(short, taskOf(["so"]), 6)
  await assert.rejects(tokensOf(short, taskOf(["so"]), 7), (error: Error & { help?: string }) => {
    assert.match(error.message, /answers of up to 7 tokens leave no room for a prompt: the backbone reads 8 of both/)
    assert.match(error.help ?? "", /smaller `max_tokens` in `answers`/)
    return true
  })
})

test("a checkpoint that does not say what ends a text is refused, with what to do", async () => {
  const network = await tinyT5("gated")
  const answers = () => ({ start: 0, end: undefined })
  const endless = { ...network, backbone: { ...network.backbone, answers: answers as never } }
  await assert.rejects(tokensOf(endless, taskOf(["so"]), 6), (error: Error & { help?: string }) => {
    assert.match(error.message, /does not say which token ends a text/)
    assert.match(error.help ?? "", /eos_token_id/)
    return true
  })
})
