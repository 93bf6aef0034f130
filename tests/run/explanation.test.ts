import assert from "node:assert/strict"
import { test } from "node:test"
import { gatesOf } from "../../src/model/gates.ts"
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

test("a shape that an author's formula gives is expected: no place inside of l2r, and what to do", () => {
  const router = {
    name: "mine",
    gates: () => constant([1, 2, 3]),
    routing: () => ({ granularity: "example" }),
  } as never
  const told = (modules: number) =>
    explained(thrown(() => gatesOf(router, constant([1]), {}, {}, { training: false, modules })))
  assert.doesNotMatch(told(2).message, /model\/gates\.ts/)
  assert.match(told(2).message, /^gates of mine: they are \[3\] where 2 modules and/)
  assert.match(told(1).message, /where 1 module and/)
  assert.match(told(2).help, /^give one vector for the example/)
})

test("something else than an Error is named", () => {
  assert.match(explained(undefined).message, /^undefined was thrown, no Error$/)
  assert.match(explained("no luck").message, /^"no luck" was thrown, no Error$/)
})

test("arrays that are too large are told with what to ask less of", () => {
  const { message, help } = explained(thrown(() => new Float64Array(1e15)))
  assert.match(message, /^more numbers are asked for at once than memory can hold: .*\(thrown at /)
  assert.match(help, /^ask for less: .*steps, texts, experts/)
})
