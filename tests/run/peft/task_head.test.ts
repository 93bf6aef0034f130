/** The head of a folder is taken where it is one for the task, its columns in the task's order; else the reason is said. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { headFor } from "../../../src/run/peft/task_head.ts"

const head = {
  W: { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
  b: { shape: [3], data: Float32Array.of(7, 8, 9) },
}
const folder = { head, labels: ["a", "b", "c"], pooling: "mean", unread: [] }
const checkpoint = { config: { pooling: "mean" } }

test("columns go where the task has their classes", () => {
  const { head: found, otherwise } = headFor(folder, ["c", "a", "b"], checkpoint)
  assert.equal(otherwise, undefined)
  assert.deepEqual([...(found?.W.data ?? [])], [3, 1, 2, 6, 4, 5])
  assert.deepEqual([...(found?.b.data ?? [])], [9, 7, 8])
  assert.deepEqual(headFor(folder, ["a", "b", "c"], checkpoint).head, head)
})

const cases: readonly (readonly [string, Parameters<typeof headFor>[0], readonly string[], RegExp | undefined])[] = [
  ["no head", { unread: [] }, ["a"], undefined],
  ["a head on another state", { unread: ["base_model.model.classifier.weight"] }, ["a"], /not read \(base_model/],
  ["classes without names", { head, unread: [] }, ["a", "b", "c"], /which classes/],
  ["other classes", folder, ["a", "b", "d"], /for other classes \(a, b, c\)/],
  ["a class less", folder, ["a", "b"], /for other classes/],
  ["a class more", folder, ["a", "b", "c", "d"], /for other classes/],
  ["another pooling", { ...folder, pooling: "cls" }, ["a", "b", "c"], /pooling "cls", and the backbone has "mean"/],
]
for (const [what, read, labels, otherwise] of cases)
  test(`not taken: ${what}`, () => {
    const found = headFor(read, labels, checkpoint)
    assert.equal(found.head, undefined)
    if (otherwise) assert.match(found.otherwise ?? "", otherwise)
    else assert.equal(found.otherwise, undefined)
  })
