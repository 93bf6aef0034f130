/** A prefix of each token's own: token i sees what it would see if its prefix were that of the whole text. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { attention, input, packedLayout, randomStream, tokenRows } from "../../src/tensor/index.ts"
import { layoutFeeds } from "./packed.ts"
import { evaluate, numbers, onReference } from "./run.ts"

const [TOKENS, SIZE, WIDTH, HEADS, GROUPS] = [5, 2, 8, 4, 2]

test("each token's prefix is seen by that token alone, grouped or causal", async () => {
  const engine = await onReference()
  const layout = packedLayout()
  const rows = tokenRows(layout)
  const random = randomStream(1, "own prefix")
  const narrow = (WIDTH / HEADS) * GROUPS
  const state = (name: string, width: number) => input(name, ["tokens", width], "float", rows)
  const [q, k, v] = [state("q", WIDTH), state("k", narrow), state("v", narrow)]
  const own = ["keys", "values"].map((name) => input(name, ["tokens", SIZE, narrow], "float", rows))
  const all = { keys: input("all keys", [SIZE, narrow]), values: input("all values", [SIZE, narrow]) }
  const feeds = {
    ...layoutFeeds([3, 2]),
    q: numbers(random, [TOKENS, WIDTH]),
    k: numbers(random, [TOKENS, narrow]),
    v: numbers(random, [TOKENS, narrow]),
    keys: numbers(random, [TOKENS, SIZE, narrow]),
    values: numbers(random, [TOKENS, SIZE, narrow]),
  }
  for (const causal of [false, true]) {
    const options = { causal, groups: GROUPS }
    const apart = attention(q, k, v, HEADS, { ...options, prefix: { keys: own[0], values: own[1] } })
    const { y } = await evaluate(engine, { y: apart }, feeds)
    const shared = attention(q, k, v, HEADS, { ...options, prefix: all })
    for (let i = 0; i < TOKENS; i++) {
      const ofToken = (name: "keys" | "values") => ({
        shape: [SIZE, narrow],
        data: (feeds[name].data as Float64Array).slice(i * SIZE * narrow, (i + 1) * SIZE * narrow),
      })
      const given = { ...feeds, "all keys": ofToken("keys"), "all values": ofToken("values") }
      const expected = (await evaluate(engine, { y: shared }, given)).y
      for (let c = i * WIDTH; c < (i + 1) * WIDTH; c++)
        assert.ok(Math.abs(Number(y.data[c]) - Number(expected.data[c])) < 1e-12, `token ${i}`)
    }
  }
})
