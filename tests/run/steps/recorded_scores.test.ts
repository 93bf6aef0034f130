/** Scores that an earlier model has at the tokens of what is replayed: each text's own, however many are read at once. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { answerScores, pairFeeds } from "../../../src/model/answers.ts"
import { program, randomStream, type TokenIds } from "../../../src/plugin/index.ts"
import type { Before } from "../../../src/run/steps/training/strategy/recorded.ts"
import { recordedScores } from "../../../src/run/steps/training/strategy/recorded_scores.ts"
import type { StageTexts } from "../../../src/run/steps/training/strategy/texts.ts"
import { workOf } from "../../../src/testing/work.ts"
import { tinyDecoder } from "../../model/decoders.ts"
import { engines } from "../../model/golden.ts"

const [NEWEST, REMEMBERED, DRAWS] = [2, 19, 2]
const random = randomStream(1, "recorded scores")
const ids = (length: number): TokenIds => Int32Array.from({ length }, () => 3 + random.below(20))

test("nineteen remembered texts, drawn twice, have the scores that each has alone; others have none", async () => {
  const network = await tinyDecoder("llama")
  const engine = await engines.reference()
  const before = { net: network, participant: {}, trained: false, start: new Map(), head: "linear" } as Before
  const own = Array.from({ length: NEWEST + REMEMBERED }, () => ({ text: ids(3), answer: ids(1 + random.below(4)) }))
  const all = [...own, ...own.slice(NEWEST)]
  const texts = {
    texts: all.map(({ text }) => text),
    answers: all.map(({ answer }) => answer),
    newest: NEWEST,
    remembered: REMEMBERED,
    draws: DRAWS,
  } as unknown as StageTexts
  const { feeds } = await recordedScores(workOf({ network, engine }, {}, {}), before, texts)
  const session = await engine.compile(program({ scores: answerScores(network, {}).scores }))
  for (const item of [0, 1, NEWEST, NEWEST + 8, NEWEST + 18, NEWEST + REMEMBERED + 18]) {
    const { text, answer } = all[item]
    const { recorded } = feeds(Int32Array.of(item))
    const { scores } = await session.run(pairFeeds(network, [text], [answer]))
    assert.equal(recorded.data.length, scores.data.length)
    // Kept in float32, of scores of size 1.
    const expected = Array.from(scores.data as Float64Array, (score) => (item < NEWEST ? 0 : score))
    const gap = Math.max(...Array.from(recorded.data as Float32Array, (x, i) => Math.abs(x - expected[i])))
    assert.ok(gap < 1e-5, `text ${item}: ${gap}`)
  }
  await session.release()
})
