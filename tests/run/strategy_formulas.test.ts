/** What formulas of strategies may give, and how the rest is refused. */
import assert from "node:assert/strict"
import { test } from "node:test"
import {
  add,
  constant,
  defineStrategy,
  input,
  NoOptions,
  packedLayout,
  parameter,
  type Strategy,
  sum,
} from "../../src/plugin/index.ts"
import { storedCarried } from "../../src/run/steps/training/strategy/carried.ts"
import { checkedGradients, checkedLoss, checkFollowed } from "../../src/run/steps/training/strategy/formulas.ts"

const mine = defineStrategy({
  name: "mine",
  summary: "a test",
  options: NoOptions,
  trains: "adapter",
  visits: "one_by_one",
}) as Strategy

const a = parameter("a", [2])
const b = parameter("b", [3])
const examples = input("x", ["examples"], "float", { of: "examples", layout: packedLayout() })
const whole = add(sum(a), sum(b))

test("a loss is one number of all that is trained", () => {
  assert.equal(checkedLoss(mine, whole, ["a", "b"]), whole)
  for (const [loss, message] of [
    [undefined, /its `loss` gives undefined/],
    [3, /its `loss` gives 3/],
    [Promise.resolve(whole), /its `loss` gives a promise/],
    [b, /its `loss` gives numbers of the shape \[3\]/],
    [examples, /its `loss` gives numbers of the shape \[\] for each example/],
    [sum(a), /its `loss` does not depend on 1 of the 2 parameters that are trained \(b\)/],
    [constant(1), /its `loss` does not depend on any of the 2 parameters that are trained \(a, \.\.\.\)/],
  ] as const)
    assert.throws(() => checkedLoss(mine, loss, ["a", "b"]), { name: "StepError", message, help: /mean/ })
})

test("gradients are one for each parameter, in its shape", () => {
  const own = [a, b]
  assert.deepEqual(checkedGradients(mine, own, own), own)
  for (const [given, message] of [
    [undefined, /its `gradients` gives undefined/],
    ["ab", /its `gradients` gives "ab"/],
    [[a], /its `gradients` gives 1 gradients for 2 parameters/],
    [[a, 3], /its `gradients` gives 3 as gradient 2 of 2/],
    [[a, sum(b)], /numbers of the shape \[\] as gradient 2 of 2, and the parameter is numbers of the shape \[3\]/],
  ] as const)
    assert.throws(() => checkedGradients(mine, given, own), {
      name: "StepError",
      message,
      help: /one gradient for each/,
    })
})

test("gradients that a formula breaks are told from those that came broken", () => {
  const gradients = (x: number) => new Map([["a", Float32Array.of(1, x)]])
  const [sound, broken] = [gradients(2), gradients(Number.NaN)]
  checkFollowed(mine, sound, [sound, sound])
  checkFollowed(mine, broken, [sound, broken])
  assert.throws(() => checkFollowed(mine, broken, [sound, sound]), { name: "StepError", message: /not finite for a$/ })
})

test("what is left to the next stage are arrays of some kinds", () => {
  const array = { shape: [2], data: Float32Array.of(1, 2) }
  assert.deepEqual(storedCarried({ kept: { a: array } }, "mine"), { "carried/kept/a": array })
  assert.deepEqual(storedCarried({}, "mine"), {})
  for (const [carried, message] of [
    [undefined, /its `carries` gives undefined/],
    [Promise.resolve({}), /its `carries` gives a promise/],
    [{ kept: 3 }, /its `carries` gives 3 as "kept"/],
    [{ kept: undefined }, /its `carries` gives undefined as "kept"/],
    [{ "kept/last": {} }, /the kind "kept\/last"/],
    [{ kept: { a: 3 } }, /"carried\/kept\/a", which is no array/],
    [{ kept: { a: { shape: [2], data: [1, 2] } } }, /"carried\/kept\/a", which is no array/],
    [{ kept: { a: { shape: [3], data: array.data } } }, /"carried\/kept\/a", which is no array/],
    [{ kept: { a: { shape: [1], data: Float32Array.of(Number.NaN) } } }, /no array of finite numbers/],
  ] as const)
    assert.throws(() => storedCarried(carried, "mine"), { name: "StepError", message, help: /shape, data/ })
})
