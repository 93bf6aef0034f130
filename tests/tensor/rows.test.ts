/** Authors write for one example: a packed batch gives each example what it gets alone, and what the plain formula says. */
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import * as t from "../../src/tensor/index.ts"
import { type Case, layout, liftable, sequential } from "./cases.ts"
import { draw, sizes } from "./draw.ts"
import { layoutFeeds } from "./packed.ts"
import { distance, evaluate, type Feeds, numbers, onReference } from "./run.ts"

/** The part of a tensor that belongs to one example: its tokens, or its row. Plain tensors are the same for all. */
const partOf = (
  host: t.HostTensor,
  shape: t.Shape,
  lengths: readonly number[],
  e: number,
  keep: boolean,
): t.HostTensor => {
  const [first] = shape
  if (first !== "tokens" && first !== "examples") return host
  const size = host.shape.slice(1).reduce((a, b) => a * b, 1)
  const start = first === "examples" ? e : lengths.slice(0, e).reduce((a, b) => a + b, 0)
  const count = first === "examples" ? 1 : lengths[e]
  const data = (host.data as Float64Array).slice(start * size, (start + count) * size)
  return { shape: first === "tokens" || keep ? [count, ...host.shape.slice(1)] : host.shape.slice(1), data }
}

const draws = (
  one: Case,
  check: (s: Parameters<Case["formula"]>[1], feeds: Feeds, result: t.Tensor) => Promise<void>,
) =>
  fc.assert(
    fc.asyncProperty(sizes, async (s) => {
      const { result, feeds } = draw(one, s)
      await check(s, feeds, result)
    }),
    { numRuns: 12, seed: 20250103 },
  )

for (const one of [...liftable, ...sequential]) {
  test(`an example alone gets what it gets in a batch: ${one.name}`, async () => {
    const engine = await onReference()
    await draws(one, async (s, feeds, result) => {
      const batch = await evaluate(engine, { result }, feeds)
      const shapes = one.variables(s)
      for (let e = 0; e < s.lengths.length; e++) {
        const alone: Feeds = layoutFeeds([s.lengths[e]])
        for (const name of Object.keys(shapes)) alone[name] = partOf(feeds[name], shapes[name], s.lengths, e, true)
        const single = await evaluate(engine, { result }, alone)
        const part = partOf(batch.result, result.shape, s.lengths, e, true)
        assert.ok(distance(part, single.result) < 1e-12, `example ${e} of ${s.lengths}`)
      }
    })
  })
}

/** Formulas that speak of rows themselves mean nothing on plain tensors. */
const ofRows = /mixture of tokens|concat of tokens|stack and unsqueeze/

for (const one of liftable.filter(({ name }) => !ofRows.test(name))) {
  test(`the plain formula gives what a batch gives: ${one.name}`, async () => {
    const engine = await onReference()
    await draws(one, async (s, feeds, result) => {
      const batch = await evaluate(engine, { result }, feeds)
      const shapes = one.variables(s)
      for (let e = 0; e < s.lengths.length; e++) {
        const plain: Feeds = {}
        const variables: Record<string, t.Tensor> = {}
        for (const name of Object.keys(shapes)) {
          plain[name] = partOf(feeds[name], shapes[name], s.lengths, e, false)
          variables[name] = t.parameter(name, plain[name].shape)
        }
        const formula = (one.bare as Case["formula"])(variables, s)
        const alone = await evaluate(engine, { formula }, plain)
        const part = partOf(batch.result, result.shape, s.lengths, e, false)
        assert.ok(distance(part, alone.formula) < 1e-12, `example ${e} of ${s.lengths}`)
      }
    })
  })
}

test("attention is the formula of the paper on each example", async () => {
  const engine = await onReference()
  const random = t.randomStream(5, "attention")
  const [lengths, d] = [[3, 1, 4], 6]
  const rows = t.tokenRows(layout)
  const names = ["q", "k", "v"]
  const feeds: Feeds = {
    ...layoutFeeds(lengths),
    ...Object.fromEntries(names.map((name) => [name, numbers(random, [8, d])])),
  }
  const [q, k, v] = names.map((name) => t.input(name, ["length", d], "float", rows))
  const batch = await evaluate(engine, { y: t.attention(q, k, v, 2) }, feeds)
  for (let e = 0; e < 3; e++) {
    const own: Feeds = Object.fromEntries(
      names.map((name) => [name, partOf(feeds[name], ["tokens", d], lengths, e, true)]),
    )
    const heads = [0, 1].map((head) => {
      const [qh, kh, vh] = names.map((name) => t.slice(t.input(name, [lengths[e], d]), 1, head * 3, head * 3 + 3))
      return t.matmul(t.softmax(t.div(t.matmul(qh, kh, { transposeB: true }), Math.sqrt(3))), vh)
    })
    const expected = await evaluate(engine, { y: t.concat(heads, 1) }, own)
    assert.ok(distance(partOf(batch.y, ["tokens", d], lengths, e, true), expected.y) < 1e-12)
  }
})

test("a product with a mixture never forms a matrix of an example", () => {
  const gates = t.input("g", [4], "float", t.exampleRows(layout))
  const h = t.input("h", ["length", 8], "float", t.tokenRows(layout))
  for (const [into, out] of [
    [8, 2],
    [8, 16],
  ]) {
    const y = t.matmul(h, t.mixture(gates, t.parameter("W", [4, into, out])))
    const formed = t.program({ y }).nodes.filter((x) => x.shape[0] === "examples" && x.shape.includes(into * out))
    assert.equal(formed.length, 0)
    assert.deepEqual(y.shape, ["tokens", out])
  }
})
