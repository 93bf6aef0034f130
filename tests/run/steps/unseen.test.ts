/** Classes that have not come along a sequence are as good as impossible. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { withoutUnseen } from "../../../src/run/steps/evaluation/unseen.ts"

const columns = Int32Array.of(0, 1, 2)
const logits = () => Float32Array.of(1, 5, 2, 3, 4, 6)

test("the largest score is that of a class that has come", () => {
  const seen = { shape: [2], data: Int32Array.of(0, 2) }
  const found = withoutUnseen(logits(), columns, { json: {}, arrays: { seen } })
  assert.deepEqual(
    [...found].map((score) => score > -1e38),
    [true, false, true, true, false, true],
  )
  assert.deepEqual([found[0], found[2], found[3], found[5]], [1, 2, 3, 6])
  assert.ok(found.every(Number.isFinite))
})

test("where boundaries are known nothing changes", () => {
  assert.deepEqual(withoutUnseen(logits(), columns, { json: {}, arrays: {} }), logits())
})
