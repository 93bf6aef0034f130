import assert from "node:assert/strict"
import { test } from "node:test"
import { copyInto } from "../../src/model/grown.ts"

const tensor = (shape: readonly number[], fill?: number) => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => fill ?? i + 1),
})
const grown = (from: readonly number[], to: readonly number[]): readonly number[] => {
  const fresh = tensor(to, 0)
  copyInto(tensor(from), fresh)
  return [...fresh.data]
}

test("a new module in the last axis, the first, or one between", () => {
  assert.deepEqual(grown([2, 2], [2, 3]), [1, 2, 0, 3, 4, 0])
  assert.deepEqual(grown([2, 2], [3, 2]), [1, 2, 3, 4, 0, 0])
  assert.deepEqual(grown([2, 1, 2], [2, 2, 2]), [1, 2, 0, 0, 3, 4, 0, 0])
})

test("nothing new, and vectors", () => {
  assert.deepEqual(grown([2, 2], [2, 2]), [1, 2, 3, 4])
  assert.deepEqual(grown([2], [3]), [1, 2, 0])
})
