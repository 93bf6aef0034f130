import assert from "node:assert/strict"
import { test } from "node:test"
import { add, constant } from "../../src/plugin/index.ts"
import { explained } from "../../src/run/explanation.ts"

const thrown = (action: () => unknown): unknown => {
  try {
    action()
  } catch (error) {
    return error
  }
  return assert.fail("nothing was thrown")
}

test("an error of the array language is placed where it was called", () => {
  assert.match(
    explained(thrown(() => add(constant([1, 2]), constant([1, 2, 3])))).message,
    /\(thrown at run\/explanation\.test\.ts:\d+:\d+\)$/,
  )
})

test("an error with help speaks for itself", () => {
  assert.deepEqual(explained(Object.assign(new Error("what"), { help: "do" })), { message: "what", help: "do" })
})
