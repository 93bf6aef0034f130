/** L2R's gates: relaxations, their noise, straight-through gates, normalisation (invariants I5 and I6). */
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import lora from "../../plugins/adapters/lora.ts"
import l2r from "../../plugins/routers/l2r.ts"
import { encoder } from "../../src/model/encoder.ts"
import { trainable } from "../../src/model/single.ts"
import {
  type Adapter,
  grad,
  mul,
  nameOf,
  overExamples,
  parameter,
  program,
  type Router,
  Schema,
  sum,
} from "../../src/plugin/index.ts"
import { underGivenGates } from "../../src/testing/given_gates.ts"
import { toyNetwork } from "../../src/testing/toy_network.ts"
import { compute, matrix, normals, rows } from "./formula.ts"

const RELAXATIONS = ["gumbel_sigmoid", "gumbel_softmax", "sigmoid", "softmax", "gumbel_sigmoid_st"] as const
const router: Router = l2r
const options = (given: object) => Schema.decodeUnknownSync(l2r.options)(given as never)
const sigmoid = (z: number) => 1 / (1 + Math.exp(-z))
const near = (a: readonly number[], b: readonly number[], tolerance = 1e-12) =>
  a.forEach((x, i) => assert.ok(Math.abs(x - b[i]) <= tolerance, `${x} is not ${b[i]}`))

/** Gates of given logits: the query is the logits, W the identity. */
const gates = async (
  z: readonly (readonly number[])[],
  given: object,
  u?: readonly (readonly number[])[],
  training = u !== undefined,
) => {
  const modules = z[0].length
  const identity = Array.from({ length: modules }, (_, i) =>
    Array.from({ length: modules }, (_, j) => (i === j ? 1 : 0)),
  )
  const p = { W: parameter("W", [modules, modules]), b: parameter("b", [modules]) }
  const formula = router.gates(rows("z", modules), p, options({ query: "frozen_mean", ...given }), {
    training,
    modules,
  })
  const draws = u ?? z.map((row) => row.map(() => 0.5))
  const feeds = {
    z: matrix(z),
    W: matrix(identity),
    b: { shape: [modules], data: new Float64Array(modules) },
    gumbel: matrix(draws),
  }
  const weights = matrix(normals(1, modules, 3))
  const loss = overExamples(sum(mul(formula, { ...parameter("weights", [modules]) })), "sum")
  const { a, dz } = await compute(
    { a: formula, dz: grad(loss, [rows("z", modules)])[0] },
    { ...feeds, weights: { shape: [modules], data: weights.data } },
  )
  return { a, dz }
}

test("I5: P(a > 1/2) is sigma(z) at every temperature", async () => {
  const n = 2000
  const u = Array.from({ length: n }, (_, i) => [(i + 0.5) / n])
  for (const temperature of [0.1, 1, 5])
    for (const z of [-2, -0.3, 0.7, 3]) {
      const { a } = await gates(
        u.map(() => [z]),
        { temperature, normalise: "none" },
        u,
      )
      const open = a.filter(([gate]) => gate > 0.5).length / n
      assert.ok(Math.abs(open - sigmoid(z)) <= 1 / n, `z ${z}, tau ${temperature}: ${open}`)
    }
})

test("I5: without training the gates are sigma(z) or softmax(z), and draw nothing", async () => {
  const z = normals(4, 3, 1, 2)
  for (const relaxation of RELAXATIONS) {
    const formula = router.gates(
      rows("z", 3),
      { W: parameter("W", [3, 3]), b: parameter("b", [3]) },
      options({ relaxation, query: "frozen_mean" }),
      { training: false, modules: 3 },
    )
    assert.deepEqual(program({ formula }).noise, [])
    const { a } = await gates(z, { relaxation, normalise: "none" })
    for (const [i, row] of z.entries()) {
      const total = row.reduce((all, x) => all + Math.exp(x), 0)
      near(
        a[i],
        row.map((x) => (relaxation.endsWith("softmax") ? Math.exp(x) / total : sigmoid(x))),
      )
    }
  }
})

test("I5: as tau goes to 0 the gates go to 0 or 1", async () => {
  const z = normals(50, 3, 2)
  const u = z.map((row, i) => row.map((_, j) => ((7 * i + 3 * j + 1) % 50) / 51 + 0.01))
  const { a } = await gates(z, { temperature: 1e-3, normalise: "none" }, u)
  for (const [i, row] of a.entries())
    row.forEach((gate, j) => {
      const logit = z[i][j] + Math.log(u[i][j] / (1 - u[i][j]))
      if (Math.abs(logit) > 0.05) assert.ok(Math.abs(gate - (logit > 0 ? 1 : 0)) < 1e-9)
    })
})

test("straight-through gates are open or closed, one is always open, and their gradient is the soft gates'", async () => {
  const z = [...normals(40, 3, 4, 2), [-9, -8, -10], [-0.1, -0.2, -0.3]]
  const u = z.map((row, i) => row.map((_, j) => ((11 * i + 5 * j + 1) % 40) / 41 + 0.01))
  const hard = await gates(z, { relaxation: "gumbel_sigmoid_st", normalise: "none" }, u)
  const soft = await gates(z, { relaxation: "gumbel_sigmoid", normalise: "none" }, u)
  for (const [i, row] of hard.a.entries()) {
    const most = soft.a[i].indexOf(Math.max(...soft.a[i]))
    near(
      row,
      soft.a[i].map((gate, j) => (gate > 0.5 || j === most ? 1 : 0)),
    )
    near(hard.dz[i], soft.dz[i])
  }
  const closed = soft.a.filter((row) => row.every((gate) => gate <= 0.5)).length
  assert.ok(closed > 3, `only ${closed} examples have no open gate`)
})

test("straight-through gates where all are closed: divided by their sum they stay tame", async () => {
  const { a, dz } = await gates(
    [
      [-9, -8, -10],
      [-30, -30, -30],
    ],
    { relaxation: "gumbel_sigmoid_st" },
    [
      [0.5, 0.5, 0.5],
      [0.5, 0.4, 0.3],
    ],
  )
  near(a[0], [0, 1, 0], 1e-9)
  near(a[1], [1, 0, 0], 1e-9)
  assert.ok(
    dz.flat().every((x) => Math.abs(x) < 1),
    String(dz),
  )
})

test("I6: divided by their sum the gates are a distribution; else they are not touched", () =>
  fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...RELAXATIONS),
      fc.boolean(),
      fc.integer({ min: 1, max: 5 }),
      fc.nat(1000),
      async (relaxation, training, modules, seed) => {
        const z = normals(3, modules, seed, 3)
        const u = normals(3, modules, seed + 1).map((row) => row.map((x) => sigmoid(x)))
        const { a } = await gates(z, { relaxation }, u, training)
        const bare = (await gates(z, { relaxation, normalise: "none" }, u, training)).a
        for (const [i, row] of a.entries()) {
          assert.ok(row.every((gate) => gate >= 0))
          const total = bare[i].reduce((all, gate) => all + gate, 0)
          near(
            row,
            bare[i].map((gate) => gate / (total + 1e-12)),
          )
          if (total > 1e-6) near([row.reduce((all, gate) => all + gate, 0)], [1], 1e-5)
        }
      },
    ),
    { numRuns: 40, seed: 20250103 },
  ))

test("I6: modules in another order have the same gates in that order, with their noise too", async () => {
  const order = [2, 0, 3, 1]
  const turn = (all: readonly (readonly number[])[]) => all.map((row) => order.map((m) => row[m]))
  const z = normals(5, 4, 6, 2)
  const u = normals(5, 4, 7).map((row) => row.map((x) => sigmoid(x)))
  for (const relaxation of RELAXATIONS)
    for (const normalise of ["sum", "none"]) {
      const [straight, turned] = [
        await gates(z, { relaxation, normalise }, u),
        await gates(turn(z), { relaxation, normalise }, turn(u)),
      ]
      turn(straight.a).forEach((row, i) => near(turned.a[i], row))
    }
})

test("noise has its own name at each place: blocks and sites do not share their draws", async () => {
  const { checkpoint, backbone } = await toyNetwork()
  const adapter: Adapter = lora
  const settings = Schema.decodeUnknownSync(lora.options)({ dropout: 0.2, targets: ["query", "output"] } as never)
  const { features } = encoder(
    { backbone, checkpoint },
    trainable(adapter, settings, checkpoint.sites, { training: true }),
  )
  const names = program({ features }).noise.map(nameOf)
  assert.deepEqual(names.sort(), [
    "layer.0.attention.query/lora",
    "layer.0.output/lora",
    "layer.1.attention.query/lora",
    "layer.1.output/lora",
  ])
  assert.deepEqual(
    program({ y: underGivenGates({ backbone, checkpoint }, [], { aggregate: "outputs", granularity: "example" }) })
      .noise,
    [],
  )
})
