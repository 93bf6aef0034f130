/** What pools of strategies may give, and how the rest is refused. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { defineStrategy, NoOptions, parameter, type Strategy, uniformly, zeros } from "../../src/plugin/index.ts"
import { checkedParameters, checkedPrompts } from "../../src/run/steps/training/strategy/pool_formulas.ts"

const mine = defineStrategy({
  name: "mine",
  summary: "a test",
  options: NoOptions,
  trains: "adapter",
  visits: "one_by_one",
}) as Strategy

test("parameters of a pool are first values of some size, by name", () => {
  const sound = { keys: uniformly([3, 4], 1), "site/K": { ...zeros([2]), trained: false } }
  assert.equal(checkedParameters(mine, sound), sound)
  for (const [given, message] of [
    [undefined, /`parameters` of its pool gives undefined$/],
    [{ keys: 3 }, /gives 3 as "keys"/],
    [{ keys: { draw: "foo", shape: [2] } }, /gives an object as "keys"/],
    [{ keys: { draw: "zeros", shape: ["x"] } }, /gives an object as "keys"/],
    [{ keys: { draw: "zeros", shape: [-2] } }, /no first value of a size above 0/],
  ] as const)
    assert.throws(() => checkedParameters(mine, given), { name: "StepError", message, help: /first values by name/ })
})

test("a pool gives a tensor for each parameter of the adapter, or nothing", () => {
  const K = parameter("K", [2])
  assert.deepEqual(checkedPrompts(mine, { K }, "layer.0.attention", ["K"]), { K })
  assert.equal(checkedPrompts(mine, undefined, "layer.0.attention", ["K"]), undefined)
  for (const [given, message] of [
    [null, /`gives` of its pool gives null at layer\.0\.attention$/],
    [3, /gives 3 at/],
    [{}, /gives undefined for the parameter K at layer\.0\.attention$/],
    [{ K, V: 3 }, /gives 3 for the parameter V/],
  ] as const)
    assert.throws(
      () =>
        checkedPrompts(mine, given, "layer.0.attention", ["K", "V"].slice(0, given && "V" in Object(given) ? 2 : 1)),
      {
        name: "StepError",
        message,
        help: /a tensor for each of K/,
      },
    )
})
