/** Arrow's prototypes and gates (invariant I8). */
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { inverse, Matrix, SingularValueDecomposition } from "ml-matrix"
import arrow, { topDirection } from "../../plugins/routers/arrow.ts"
import { parameter, type Router, Schema } from "../../src/plugin/index.ts"
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
