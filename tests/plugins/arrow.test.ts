/** Arrow's prototypes and gates (invariant I8). */
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { inverse, Matrix, SingularValueDecomposition } from "ml-matrix"
import arrow, { topDirection } from "../../plugins/routers/arrow.ts"
import { type HostTensor, parameter, type Router, Schema } from "../../src/plugin/index.ts"
import { compute, matrix, normals, rows } from "./formula.ts"

const host = (values: Matrix) => ({ shape: [values.rows, values.columns], data: Float64Array.from(values.to1DArray()) })
const drawn = (count: number, width: number, seed: number) => new Matrix(normals(count, width, seed))
const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => Array.from(a).reduce((sum, x, i) => sum + x * b[i], 0)
/** Top singular direction of A B in the space of its rows, and how far the next value is below the first. */
const bySvd = (product: Matrix) => {
  const { leftSingularVectors, diagonal } = new SingularValueDecomposition(product, { autoTranspose: true })
  return { direction: leftSingularVectors.getColumn(0), gap: 1 - (diagonal[1] ?? 0) / diagonal[0] }
}

const sizes = fc.record({
  inner: fc.integer({ min: 1, max: 9 }),
  outer: fc.integer({ min: 1, max: 9 }),
  rank: fc.integer({ min: 1, max: 5 }),
  seed: fc.nat(10000),
})

test("I8: a prototype is the first singular direction of the full product, whatever the shapes", () => {
  fc.assert(
    fc.property(sizes, ({ inner, outer, rank, seed }) => {
      const [A, B] = [drawn(inner, rank, seed), drawn(rank, outer, seed + 1)]
      const { direction, gap } = bySvd(A.mmul(B))
      fc.pre(gap > 1e-3)
      const p = topDirection(host(A), host(B))
      assert.ok(Math.abs(Math.abs(dot(p, direction)) - 1) < 1e-5, `|p . v| is ${Math.abs(dot(p, direction))}`)
      assert.ok(Math.abs(dot(p, p) - 1) < 1e-6)
    }),
    { numRuns: 60, seed: 20250104 },
  )
})

test("I8: also where A or B lacks rank, and of a module that does nothing", () => {
  const u = [3, 0, -4, 0, 1]
  const repeated = new Matrix(u.map((x) => [x, x, 2 * x]))
  const p = topDirection(host(repeated), host(drawn(3, 4, 5)))
  assert.ok(Math.abs(Math.abs(dot(p, u)) / Math.sqrt(26) - 1) < 1e-6)
  const [A, B] = [
    drawn(5, 3, 6),
    new Matrix([
      [1, 2, 3, 4],
      [2, 4, 6, 8],
      [0, 0, 0, 0],
    ]),
  ]
  assert.ok(Math.abs(Math.abs(dot(topDirection(host(A), host(B)), bySvd(A.mmul(B)).direction)) - 1) < 1e-6)
  assert.ok(topDirection(host(A), host(Matrix.zeros(3, 4))).every(Number.isFinite))
})

test("I8: (A R, R^-1 B) is the same module and has the same prototype, up to its sign", () => {
  fc.assert(
    fc.property(sizes, ({ inner, outer, rank, seed }) => {
      const [A, B, R] = [
        drawn(inner, rank, seed),
        drawn(rank, outer, seed + 1),
        drawn(rank, rank, seed + 2).add(Matrix.eye(rank).mul(3)),
      ]
      fc.pre(bySvd(A.mmul(B)).gap > 1e-2 && Math.min(...new SingularValueDecomposition(R).diagonal) > 0.3)
      const [p, q] = [topDirection(host(A), host(B)), topDirection(host(A.mmul(R)), host(inverse(R).mmul(B)))]
      assert.ok(Math.abs(Math.abs(dot(p, q)) - 1) < 1e-5)
    }),
    { numRuns: 40, seed: 20250105 },
  )
})

const gates = async (x: readonly (readonly number[])[], P: readonly (readonly number[])[], given: object) => {
  const options = Schema.decodeUnknownSync(arrow.options)(given as never)
  const router: Router = arrow
  const formula = router.gates(rows("x", P[0].length), { P: parameter("P", [P.length, P[0].length]) }, options, {
    training: false,
    modules: P.length,
  })
  return (await compute({ formula }, { x: matrix(x), P: matrix(P) })).formula
}

test("I8: the sign of a prototype does not matter", async () => {
  const [x, P] = [normals(6, 5, 8), normals(4, 5, 9)]
  for (const top_k of [1, 2, 4])
    assert.deepEqual(
      await gates(
        x,
        P.map((row, i) => row.map((value) => (i % 2 === 0 ? -value : value))),
        { top_k },
      ),
      await gates(x, P, { top_k }),
    )
})

test("the k largest gates are a softmax of |x . p| / tau, the others are 0", async () => {
  const [x, P] = [normals(6, 5, 10), normals(4, 5, 11)]
  for (const top_k of [1, 2, 3, 4, 9])
    for (const temperature of [0.5, 1, 4])
      for (const [i, row] of (await gates(x, P, { top_k, temperature })).entries()) {
        const s = P.map((p) => Math.abs(dot(x[i], p)))
        const kept = [...s].sort((a, b) => b - a).slice(0, top_k)
        const total = kept.reduce((sum, value) => sum + Math.exp(value / temperature), 0)
        row.forEach((gate, m) =>
          assert.ok(Math.abs(gate - (kept.includes(s[m]) ? Math.exp(s[m] / temperature) / total : 0)) < 1e-12),
        )
      }
})

const factorsOf = (A: Matrix, B: Matrix, site = "q") => ({ site, A: host(A), B: host(B), scale: 1 })
const numbers = ({ data }: HostTensor): readonly number[] => Array.from(data as Float64Array)
const optionsOf = (given: object) => Schema.decodeUnknownSync(arrow.options)(given as never)

test("a token may be normalised before it is compared", async () => {
  const [x, P] = [normals(5, 6, 20), normals(3, 6, 21)]
  const unit = x.map((row) => row.map((value) => value / Math.sqrt(dot(row, row))))
  const centred = x.map((row) => {
    const mean = row.reduce((a, b) => a + b) / row.length
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / row.length
    return row.map((value) => (value - mean) / Math.sqrt(variance + 1e-5))
  })
  for (const [input, changed] of [
    ["unit", unit],
    ["layer_norm", centred],
  ] as const) {
    const [own, plain] = [await gates(x, P, { input }), await gates(changed, P, {})]
    own.forEach((row, i) => row.forEach((gate, m) => assert.ok(Math.abs(gate - plain[i][m]) < 1e-12)))
  }
  const [cooled, divided] = [
    await gates(x, P, { temperature: "sqrt_width" }),
    await gates(x, P, { temperature: Math.sqrt(6) }),
  ]
  assert.deepEqual(cooled, divided)
})

test("tied prototypes are those of the updates of all layers that read one state, side by side", () => {
  const layers = [0, 1, 2].map((k) => ({ A: drawn(7, 2, 30 + k), B: drawn(2, 5, 40 + k) }))
  const sharing = [layers.map(({ A, B }, k) => factorsOf(A, B, `site ${k}`))]
  const made = arrow.prepare!(
    { unit: "q", tasks: ["t"], factors: [sharing[0].slice(0, 1)], sharing },
    optionsOf({ tied: true }),
  )
  assert.ok(typeof made !== "string")
  const products = layers.map(({ A, B }) => A.mmul(B).to2DArray())
  const joined = new Matrix(products[0].map((_, i) => products.flatMap((product) => product[i])))
  const { direction } = bySvd(joined)
  assert.ok(Math.abs(Math.abs(dot(made.P.data as Float32Array, direction)) - 1) < 1e-5)
})

test("general knowledge is subtracted factor by factor, from the others alone, and not routed to", async () => {
  const modules = [0, 1, 2].map((k) => ({
    task: `t${k}`,
    parameters: { A: host(drawn(4, 2, 50 + k)), B: host(drawn(2, 3, 60 + k)) },
  }))
  const at = { site: "q", role: "query", modules } as const
  const changed = arrow.transform!(at, optionsOf({ general: ["t0", "t2"] }))
  assert.ok(typeof changed !== "string")
  for (const name of ["A", "B"] as const) {
    const [g0, own, g2] = modules.map(({ parameters }) => numbers(parameters[name]))
    assert.deepEqual(numbers(changed[0][name]), g0)
    assert.deepEqual(numbers(changed[2][name]), g2)
    numbers(changed[1][name]).forEach((value, i) => assert.ok(Math.abs(value - (own[i] - (g0[i] + g2[i]) / 2)) < 1e-6))
  }
  const less = arrow.transform!(at, optionsOf({ general: "mean" }))
  assert.ok(typeof less !== "string")
  const total = [0, 1, 2].map((k) => Number(less[k].A.data[0])).reduce((a, b) => a + b)
  assert.ok(Math.abs(total) < 1e-6)
  const factors = modules.map(({ parameters: { A, B } }) => [{ site: "q", A, B, scale: 1 }])
  const made = arrow.prepare!(
    { unit: "q", tasks: ["t0", "t1", "t2"], factors, sharing: factors },
    optionsOf({ general: ["t0", "t2"] }),
  )
  assert.ok(typeof made !== "string")
  const formula = (arrow as Router).gates(
    rows("x", 4),
    { P: parameter("P", [3, 4]), left: parameter("left", [3]) },
    optionsOf({ general: ["t0", "t2"], top_k: 3 }),
    { training: false, modules: 3 },
  )
  const P = [0, 1, 2].map((k) => Array.from((made.P.data as Float32Array).slice(k * 4, (k + 1) * 4)))
  const found = await compute({ formula }, { x: matrix(normals(5, 4, 70)), P: matrix(P), left: made.left as never })
  for (const row of found.formula) assert.deepEqual(row, [0, 1, 0])
})

test("general knowledge of unlike shapes, or nothing but general knowledge: not defined, with the reason", () => {
  const parameters = [2, 3].map((rank) => ({ A: host(drawn(4, rank, 80)), B: host(drawn(rank, 3, 81)) }))
  const modules = parameters.map((own, k) => ({ task: `t${k}`, parameters: own }))
  assert.match(
    arrow.transform!({ site: "q", role: "query", modules }, optionsOf({ general: "mean" })) as string,
    /unlike shapes/,
  )
  const factors = parameters.map(({ A, B }) => [{ site: "q", A, B, scale: 1 }])
  const unit = { unit: "q", tasks: ["t0", "t1"], factors, sharing: factors }
  assert.match(arrow.prepare!(unit, optionsOf({ general: ["t0", "t1"] })) as string, /none is left/)
})
