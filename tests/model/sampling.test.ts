/** Texts that are drawn token by token among the likeliest: the distribution, the draws, and that no text depends on those beside it. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { generator } from "../../src/model/generation.ts"
import { distribution } from "../../src/model/sampling.ts"
import { randomStream, type TokenIds } from "../../src/plugin/index.ts"
import golden from "../golden/lfpt5.json" with { type: "json" }
import { tinyDecoder } from "./decoders.ts"
import { tinyT5 } from "./encoder_decoders.ts"
import { engines } from "./golden.ts"

const { likelihoods, made } = golden.distributions

for (const { top_k, temperature, tokens, probabilities } of made)
  test(`the ${top_k} likeliest at temperature ${temperature} as torch.topk and softmax give them`, () => {
    const found = distribution(likelihoods, { topK: top_k, temperature })
    assert.deepEqual(
      found.map(({ token }) => token),
      tokens,
    )
    for (const [i, { probability }] of found.entries())
      assert.ok(Math.abs(probability - probabilities[i]) < 1e-6, `${probability}, ${probabilities[i]}`)
  })

test("of equal ones those with the lower place", () => {
  const found = distribution([-1, -2, -1, -1], { topK: 2, temperature: 1 })
  assert.deepEqual(found, [
    { token: 0, probability: 0.5 },
    { token: 2, probability: 0.5 },
  ])
})

const networks = { "the tiny T5": () => tinyT5("gated"), "the tiny Llama": () => tinyDecoder("llama") }
const PROMPTS = [[4, 9, 11], [7], [5, 5, 6, 8]].map((ids) => Int32Array.from(ids))

for (const [name, load] of Object.entries(networks))
  test(`${name}: a text is the same whatever is drawn beside it, and other random numbers give another`, async () => {
    const writer = generator(await engines.onnxruntime(), await load())
    const among = { newTokens: 12, topK: 20, temperature: 1 }
    const drawn = (prompts: readonly TokenIds[], first = 0, seed = 1, topK = 20) =>
      writer.sampled(prompts, { ...among, topK, random: (text) => randomStream(seed, "sample", first + text) })
    const all = await drawn(PROMPTS)
    for (const [i, prompt] of PROMPTS.entries()) assert.deepEqual(await drawn([prompt], i), [all[i]], `text ${i}`)
    assert.notDeepEqual(await drawn(PROMPTS, 0, 2), all)
    const end = all[1][3]
    const ended = await writer.sampled(PROMPTS, { ...among, end, random: (text) => randomStream(1, "sample", text) })
    const until = (ids: TokenIds) => (ids.includes(end) ? ids.slice(0, ids.indexOf(end) + 1) : ids)
    assert.deepEqual(ended, all.map(until), "each text ends for itself")
    const greedy = await writer.greedy(PROMPTS, { newTokens: 12 })
    assert.deepEqual(await drawn(PROMPTS, 0, 3, 1), greedy, "the likeliest alone")
    await writer.release()
  })

test("of three tokens that may be drawn each comes, the likeliest most often", async () => {
  const writer = generator(await engines.onnxruntime(), await tinyDecoder("llama"))
  const times = 4000
  const firsts = await writer.sampled(
    Array.from({ length: times }, () => PROMPTS[0]),
    { newTokens: 1, topK: 3, temperature: 1, random: (text) => randomStream(5, "sample", text) },
  )
  const [best] = await writer.greedy([PROMPTS[0]], { newTokens: 1 })
  const counts = new Map<number, number>()
  for (const [token] of firsts) counts.set(token, (counts.get(token) ?? 0) + 1)
  assert.equal(counts.size, 3)
  assert.equal([...counts].sort((a, b) => b[1] - a[1])[0][0], best[0])
  await writer.release()
})
