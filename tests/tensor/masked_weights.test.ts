/** What attention makes of keys that a query does not see: no weight that counts, and none of the numbers next to 0, which are slow. */
import assert from "node:assert/strict"
import { test } from "node:test"
import * as t from "../../src/tensor/index.ts"
import { layoutFeeds } from "./packed.ts"
import { distance, evaluate, numbers, onOnnxruntime, onReference } from "./run.ts"

const HEADS = 2
const WIDTH = 8
const LENGTHS = [3, 7, 1, 5]
const LONGEST = 7
/** The least normal number of float32. */
const NORMAL = 2 ** -126

const layout = t.packedLayout()
const states = (name: string) => t.input(name, ["length", WIDTH], "float", t.tokenRows(layout))
const attended = (options: t.AttentionOptions = {}) =>
  t.attention(states("q"), states("k"), states("v"), HEADS, options)

/** Rows of both, one after the other. */
const joined = (one: t.HostTensor, other: t.HostTensor): t.HostTensor => ({
  shape: [one.shape[0] + other.shape[0], WIDTH],
  data: Float64Array.from([one, other].flatMap(({ data }) => Array.from(data as Float64Array))),
})

const cases: readonly t.AttentionOptions[] = [{}, { causal: true }, { window: 1 }, { causal: true, window: 2 }]
for (const options of cases)
  test(`the weights of attention ${JSON.stringify(options)}`, async () => {
    const y = attended(options)
    const weights = t.program({ y }).nodes.find(({ op }) => op === "softmax")
    assert.ok(weights)
    const random = t.randomStream(1, "masked weights")
    const tokens = LENGTHS.reduce((a, b) => a + b, 0)
    const given = () => numbers(random, [tokens, WIDTH], -2, 2)
    const feeds = { ...layoutFeeds(LENGTHS), q: given(), k: given(), v: given() }
    const found = (await evaluate(await onOnnxruntime(), { y, weights }, feeds)).weights
    assert.deepEqual(found.shape, [LENGTHS.length, HEADS, LONGEST, LONGEST])
    const { causal = false, window = LONGEST } = options
    const all = Array.from(found.data, Number)
    LENGTHS.forEach((length, example) => {
      for (let head = 0; head < HEADS; head++)
        for (let query = 0; query < length; query++) {
          const row = ((example * HEADS + head) * LONGEST + query) * LONGEST
          let seen = 0
          for (let key = 0; key < LONGEST; key++) {
            const weight = all[row + key]
            const what = `text ${example}, head ${head}, query ${query}, key ${key}: ${weight}`
            assert.ok(weight === 0 || weight >= NORMAL, what)
            if (key < length && Math.abs(query - key) <= window && !(causal && key > query)) seen += weight
            else assert.ok(weight < 1e-16, what)
          }
          assert.ok(Math.abs(seen - 1) < 1e-6, `text ${example}, head ${head}, query ${query}: ${seen}`)
        }
    })
  })

for (const options of [{ causal: true }, { window: 1 }] as readonly t.AttentionOptions[])
  test(`scores far apart, with ${JSON.stringify(options)}: what is not seen has no weight, and no weight is one of the numbers next to 0`, async () => {
    const y = attended(options)
    const weights = t.program({ y }).nodes.find(({ op }) => op === "softmax")
    assert.ok(weights)
    const random = t.randomStream(3, "masked weights")
    // Products of four numbers each: many scores lie 87 to 103 below the largest, where e^x is no normal number of float32.
    const tokens = 40
    const given = () => numbers(random, [tokens, WIDTH], -9, 9)
    const feeds = { ...layoutFeeds([tokens]), q: given(), k: given(), v: given() }
    const found = (await evaluate(await onOnnxruntime(), { y, weights }, feeds)).weights
    const all = Array.from(found.data, Number)
    assert.deepEqual(
      all.filter((weight) => weight > 0 && weight < NORMAL),
      [],
    )
    const hidden = all.filter((_, i) => {
      const [query, key] = [Math.floor(i / tokens) % tokens, i % tokens]
      return options.causal ? key > query : Math.abs(query - key) > 1
    })
    assert.ok(hidden.length > 0)
    for (const weight of hidden) assert.ok(weight < 1e-16, `${weight}`)
  })

test("scores far below 0: a text's own keys are still before those that it lacks", async () => {
  const y = attended()
  const random = t.randomStream(2, "masked weights")
  // Scores of a token with itself and others: about -4 * 40 * 1 / 2, far below the -40 that a key which is lacking loses.
  const near = (value: number, count: number) => numbers(random, [count, WIDTH], value - 0.05, value + 0.05)
  const of = (count: number) => ({ q: near(40, count), k: near(-1, count), v: numbers(random, [count, WIDTH]) })
  const [short, long] = [of(2), of(6)]
  const both = Object.fromEntries((["q", "k", "v"] as const).map((name) => [name, joined(short[name], long[name])]))
  for (const engine of [await onReference(), await onOnnxruntime()]) {
    const alone = await evaluate(engine, { y }, { ...layoutFeeds([2]), ...short })
    const found = await evaluate(engine, { y }, { ...layoutFeeds([2, 6]), ...both })
    const first = { shape: [2, WIDTH], data: found.y.data.slice(0, 2 * WIDTH) } as t.HostTensor
    // Scores of -80 in float32 are 8e-6 apart.
    assert.ok(distance(alone.y, first) < 1e-4)
  }
})

test("distances that are worth much raise no key that a text lacks", async () => {
  // The key one place on is worth 60 more: where there is none, each token sees the keys that there are.
  const relative = t.constant([
    [0, 0],
    [0, 0],
    [60, 60],
  ])
  const y = attended({ relative })
  const random = t.randomStream(4, "masked weights")
  const given = (count: number) => numbers(random, [count, WIDTH])
  const [short, long] = [given(2), given(6)]
  const both = joined(short, long)
  for (const engine of [await onReference(), await onOnnxruntime()]) {
    const alone = await evaluate(engine, { y }, { ...layoutFeeds([2]), q: short, k: short, v: short })
    const found = await evaluate(engine, { y }, { ...layoutFeeds([2, 6]), q: both, k: both, v: both })
    const first = { shape: [2, WIDTH], data: found.y.data.slice(0, 2 * WIDTH) } as t.HostTensor
    assert.ok(distance(alone.y, first) < 1e-4)
  }
})

test("keys of another text that its mask leaves out have no weight, whatever their scores", async () => {
  const keys = (name: string) => t.input(name, ["examples", "keys", WIDTH], "float", t.exampleRows(layout))
  const mask = t.input("present", ["examples", "keys"], "float", t.exampleRows(layout))
  const y = t.attention(states("q"), keys("k"), keys("v"), HEADS, { mask })
  const weights = t.program({ y }).nodes.find(({ op }) => op === "softmax")
  assert.ok(weights)
  const ones = (shape: readonly number[], value: number) => ({
    shape,
    data: new Float64Array(shape.reduce((a, b) => a * b, 1)).fill(value),
  })
  // Of three keys the last is left out: its score is 10 * 10 * 4 / 2 = 200, that of the others 0.
  const k = { shape: [1, 3, WIDTH], data: Float64Array.from({ length: 3 * WIDTH }, (_, i) => (i < 2 * WIDTH ? 0 : 10)) }
  const present = { shape: [1, 3], data: Float64Array.of(1, 1, 0) }
  const feeds = { ...layoutFeeds([2]), q: ones([2, WIDTH], 10), k, v: k, present }
  const found = (await evaluate(await onOnnxruntime(), { y, weights }, feeds)).weights
  for (let i = 0; i < found.data.length; i += 3) {
    assert.deepEqual([Number(found.data[i]), Number(found.data[i + 1])], [0.5, 0.5])
    assert.ok(Number(found.data[i + 2]) < 1e-16)
  }
})
