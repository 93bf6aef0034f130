/** Losses of prompt pools, term by term, on an encoder and a decoder whose sites have names that contain each other. */
import assert from "node:assert/strict"
import { test } from "node:test"
import codaPrompt from "../../../plugins/strategies/coda_prompt.ts"
import dualPrompt from "../../../plugins/strategies/dual_prompt.ts"
import {
  constant,
  normal,
  type PoolSite,
  randomStream,
  type Site,
  type Strategy,
  scale,
  sum,
  type TrainStep,
} from "../../../src/plugin/index.ts"
import { compute } from "../formula.ts"

const WIDTH = 4
const TASKS = 2
const random = randomStream(5, "losses of pools")
const normals = (count: number) => Array.from({ length: count }, () => random.normal())
const QUERY = normals(WIDTH)

const siteOf = (name: string): PoolSite => {
  const site: Site = { name, kind: "attention", layer: 0, role: "attention", in: WIDTH, out: WIDTH }
  return { site, initials: { K: normal([2, WIDTH], 1), V: normal([2, WIDTH], 1) } }
}
/** As T5 has them. */
const SITES = ["layer.0.attention", "decoder.layer.0.attention", "decoder.layer.0.cross_attention"].map(siteOf)

/** What a strategy adds to a cross-entropy of 0, and the pool's arrays. */
const penalty = async (strategy: Strategy, options: object) => {
  const stage = TASKS - 1
  const made = strategy.pool!.parameters({ width: WIDTH, stage, sites: SITES }, options)
  const arrays = Object.fromEntries(
    Object.entries(made).map(([name, { shape }]) => [
      name,
      Array.from({ length: shape[0] }, () => normals(shape.slice(1).reduce((a, b) => a * b, 1))),
    ]),
  )
  const p = Object.fromEntries(Object.entries(arrays).map(([name, rows]) => [name, constant(rows)]))
  const step = {
    all: (x) => x,
    crossEntropy: () => scale(sum(constant([1])), 0),
    pool: { query: constant(QUERY), p, sites: SITES, stage },
  } as Partial<TrainStep> as TrainStep
  const { loss } = await compute({ loss: strategy.loss!(step, options) }, {})
  return { found: loss[0][0], arrays }
}

const inner = (a: readonly number[], b: readonly number[]) => a.reduce((total, x, i) => total + x * b[i], 0)

/** mean (B B' - I)^2 */
const overlap = (B: readonly (readonly number[])[]) =>
  B.flatMap((a, i) => B.map((b, j) => (inner(a, b) - Number(i === j)) ** 2)).reduce((x, y) => x + y) / B.length ** 2

test("coda_prompt: at each site its keys, attentions and prompts are nearly orthogonal, each prompt as one row", async () => {
  const options = { components: 2, blocks: 1, lambda: 0.5, features: "cls", mask: true }
  const { found, arrays } = await penalty(codaPrompt, options)
  const rows = (name: string) => [0, 1].flatMap((t) => arrays[`${name} ${t}`])
  const expected = SITES.map(({ site: { name } }) => {
    const [K, V] = [rows(`${name}/K`), rows(`${name}/V`)]
    const P = K.map((row, m) => [...row, ...V[m]])
    return overlap(rows(`${name}/keys`)) + overlap(rows(`${name}/attention`)) + overlap(P)
  })
  // Float64 on both sides; sums of a few hundred terms of size 1e2.
  const total = 0.5 * expected.reduce((a, b) => a + b)
  assert.ok(Math.abs(found - total) < 1e-9, `${found} for ${total}`)
})

test("dual_prompt: a key of the newest task is near the query at every site that has one, or once for the model", async () => {
  const cosine = (a: readonly number[], b: readonly number[]) => inner(a, b) / Math.sqrt(inner(a, a) * inner(b, b))
  for (const keys of ["layer", "model"]) {
    const options = { general: 0, general_length: 1, expert: 1, keys, lambda: 0.7, features: "cls", mask: true }
    const { found, arrays } = await penalty(dualPrompt, options)
    const places = keys === "model" ? ["model"] : SITES.map(({ site }) => site.name)
    const far = places.map((place) => 1 - cosine(QUERY, arrays[`${place}/key ${TASKS - 1}`][0]))
    const total = 0.7 * far.reduce((a, b) => a + b)
    assert.ok(Math.abs(found - total) < 1e-9, `${keys}: ${found} for ${total}`)
  }
})
