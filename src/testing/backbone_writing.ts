/** Checks of a backbone that writes texts: no token sees a later one, and what is generated step by step is what the whole text gives. */
import assert from "node:assert/strict"
import { packed } from "../model/batch.ts"
import { nextTokenScores } from "../model/causal.ts"
import { encoder, type Network } from "../model/encoder.ts"
import { encoderDecoder, packedAnswers, startOf } from "../model/encoder_decoder.ts"
import { generator } from "../model/generation.ts"
import { type Backbone, type HostTensor, pool, type TokenIds } from "../plugin/index.ts"
import type { Check } from "./check.ts"
import { assertNear } from "./nearness.ts"
import { run } from "./run_program.ts"
import { engineOf } from "./toy_network.ts"

const PROMPTS = ["the warm soup", "will the cold wind blow"]
const NEW = 5

/** `options`: of the backbone under test, decoded. */
export const writingChecks = (backbone: Backbone, options: unknown, open: () => Promise<Network>): readonly Check[] => {
  const prompts = ({ checkpoint }: Network): readonly TokenIds[] =>
    (backbone.tokenizePrompts ?? backbone.tokenize)(PROMPTS, checkpoint)

  /** Scores of the next token after some tokens, all computed at once. */
  const scores = async (network: Network, prompt: TokenIds, written: readonly number[]): Promise<HostTensor> => {
    const engine = await engineOf("reference")
    if (!backbone.decode) {
      const { hidden } = encoder(network)
      const text = Int32Array.from([...prompt, ...written])
      return (await run(engine, { scores: nextTokenScores(network, pool("last", hidden)) }, packed([text]))).scores
    }
    const { hidden } = encoderDecoder(network)
    const answer = Int32Array.from([startOf(network), ...written])
    const feeds = { ...packed([prompt]), ...packedAnswers([answer]) }
    return (await run(engine, { scores: nextTokenScores(network, pool("last", hidden)) }, feeds)).scores
  }

  const causal: Check["run"] = async () => {
    const network = await open()
    const engine = await engineOf("reference")
    const [first] = prompts(network)
    const longer = Int32Array.from([...first, first[0], first[first.length - 1]])
    const states = async (text: TokenIds) => (await run(engine, { h: encoder(network).hidden }, packed([text]))).h
    const [short, long] = [await states(first), await states(longer)]
    assertNear(
      short,
      { data: long.data.slice(0, short.data.length) as Float64Array },
      1e-9,
      "states before later tokens",
    )
  }

  const generated: Check["run"] = async () => {
    const network = await open()
    const writer = generator(await engineOf("reference"), network)
    const texts = prompts(network)
    const written = await writer.greedy(texts, { newTokens: NEW })
    await writer.release()
    for (const [i, text] of texts.entries())
      for (let t = 0; t < written[i].length; t++) {
        const { data } = await scores(network, text, [...written[i].slice(0, t)])
        const row = Array.from(data as Float64Array)
        const best = row.reduce((most, x) => Math.max(most, x), Number.NEGATIVE_INFINITY)
        assert.ok(row.every(Number.isFinite), "scores of the next token are finite")
        assert.ok(row[written[i][t]] >= best - 1e-9, `token ${t} after prompt ${i} is not the likeliest one`)
      }
  }

  const answers: Check["run"] = async () => {
    const { checkpoint } = await open()
    const again = (text: string) => backbone.detokenize!(backbone.tokenizeAnswers!([text], checkpoint), checkpoint)[0]
    // Pieces that the vocabulary does not have are lost the first time.
    const text = again(PROMPTS[0])
    assert.ok(text.length > 0, "nothing is left of a text")
    assert.equal(again(text), text, "there and back")
    const { start, end } = backbone.answers!(checkpoint)
    for (const one of [start, end]) assert.ok(one === undefined || Number.isInteger(one), "start and end are tokens")
  }

  const mute = backbone.nextToken ? backbone.mute?.(options)?.why : "it predicts no next token"
  const skipped = (reason: string | undefined) => (reason === undefined ? {} : { skip: reason })
  return [
    {
      name: "no token sees a later one",
      run: causal,
      ...skipped(mute ?? (backbone.decode && "its encoder reads a text whole")),
    },
    { name: "what is written step by step is what the whole text gives", run: generated, ...skipped(mute) },
    {
      name: "answers become ids and texts again",
      run: answers,
      ...skipped(
        mute ?? (backbone.tokenizeAnswers && backbone.detokenize && backbone.answers ? undefined : "it has no answers"),
      ),
    },
  ]
}
