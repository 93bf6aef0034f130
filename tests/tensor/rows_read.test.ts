/** What is read of one token is computed for that token alone, and is what the whole computation gives there, gradients too. */
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import * as t from "../../src/tensor/index.ts"
import { type Case, layout, liftable, sequential } from "./cases.ts"
import { type Drawn, draw, sizes } from "./draw.ts"
import { layoutFeeds } from "./packed.ts"
import { distance, evaluate, type Feeds, numbers, onReference } from "./run.ts"

const ofTokens = (one: Case): boolean => {
  const s = { a: 2, b: 2, c: 2, d: 2, lengths: [2, 1], seed: 1 }
  const { result } = draw(one, s)
  return result.rows?.of === "tokens" && result.dtype === "float"
}

/** [tokens]: 1 at the token of each example that is read. */
const marks = (feeds: Feeds, how: "cls" | "last"): t.HostTensor => {
  const data = new Float64Array(feeds.segment.shape[0])
  for (const row of feeds[how === "cls" ? "first" : "last"].data) data[Number(row)] = 1
  return { shape: [data.length], data }
}

/** Sum over the chosen tokens of the squares of a value: of those rows, and of all rows with a mark. */
const losses = ({ result }: Drawn, how: "cls" | "last") => {
  const marked = t.input("marked", ["length"], "float", t.tokenRows(layout))
  const rest = result.shape.slice(1).map((_, i) => i - result.shape.length + 1)
  const each = (x: t.Tensor) => t.sum(t.mul(x, t.sin(x)), rest)
  return {
    read: t.overExamples(each(t.pool(how, result)), "sum"),
    whole: t.overExamples(t.mul(each(result), marked), "sum"),
  }
}

for (const one of [...liftable, ...sequential].filter(ofTokens))
  test(`one token is what the whole gives there: ${one.name}`, async () => {
    const engine = await onReference()
    await fc.assert(
      fc.asyncProperty(sizes, fc.constantFrom("cls", "last"), async (s, how) => {
        const drawn = draw(one, s)
        const feeds = { ...drawn.feeds, marked: marks(drawn.feeds, how) }
        const { read, whole } = losses(drawn, how)
        const variables = one.discrete ? [] : Object.values(drawn.variables)
        const outputs = (loss: t.Tensor) => ({
          loss,
          ...Object.fromEntries(t.grad(loss, variables).map((gradient, i) => [`gradient ${i}`, gradient])),
        })
        const [a, b] = [await evaluate(engine, outputs(read), feeds), await evaluate(engine, outputs(whole), feeds)]
        for (const name of Object.keys(b)) assert.ok(distance(a[name], b[name]) < 1e-10, `${name} of ${s.lengths}`)
      }),
      { numRuns: 6, seed: 20250103 },
    )
  })

const rows = t.tokenRows(layout)
const [q, k, v] = ["q", "k", "v"].map((name) => t.input(name, ["length", 8], "float", rows))
const W = t.parameter("W", [8, 8])
const products = (program: t.Program) =>
  program.nodes.filter(({ op }) => op === "matmul").map(({ shape }) => shape.join(" "))

test("queries and what follows them are computed for one token of each example, forward and backward", () => {
  const [narrow, wide] = [t.slice(k, -1, 0, 4), t.slice(v, -1, 0, 4)]
  const mixed = t.attention(t.matmul(q, W), narrow, wide, 4, { groups: 2, causal: true })
  const fed = t.add(q, t.matmul(t.gelu(t.matmul(mixed, t.parameter("U", [8, 8]))), t.parameter("D", [8, 8])))
  const normal = t.layerNorm(fed, t.parameter("g", [8]), t.parameter("b", [8]), 1e-6)
  const loss = t.overExamples(t.sum(t.pool("last", normal)), "sum")
  const parameters = t.program({ loss }).parameters
  const program = t.program({ loss, ...Object.fromEntries(t.grad(loss, parameters).map((g, i) => [`${i}`, g])) })
  assert.deepEqual(
    products(program).filter((shape) => shape.includes("tokens")),
    [],
  )
})

test("what others read as a whole is computed once, and rows are taken of it", () => {
  const h = t.tanh(t.matmul(q, W))
  const program = t.program({ one: t.pool("cls", h), all: t.overExamples(h) })
  assert.deepEqual(products(program), ["tokens 8"])
})

test("the tokens that an index names are computed alone, several of an example too", async () => {
  const some = t.gather(t.withRows(t.tanh(t.matmul(q, W)), undefined), t.input("some", ["answers"], "int"))
  assert.deepEqual(products(t.program({ some })), ["answers 8"])
  const engine = await onReference()
  const random = t.randomStream(3, "some")
  const feeds: Feeds = {
    ...layoutFeeds([3, 2]),
    q: numbers(random, [5, 8]),
    W: numbers(random, [8, 8]),
    some: { shape: [4], data: Int32Array.from([4, 1, 1, 0]) },
  }
  const { all } = await evaluate(engine, { all: t.tanh(t.matmul(q, W)) }, feeds)
  const expected = [4, 1, 1, 0].flatMap((row) => [...all.data.subarray(row * 8, row * 8 + 8)].map(Number))
  const { some: given } = await evaluate(engine, { some }, feeds)
  assert.ok(distance(given, { shape: [4, 8], data: Float64Array.from(expected) }) < 1e-14)
})
