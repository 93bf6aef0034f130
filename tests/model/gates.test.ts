import assert from "node:assert/strict"
import { test } from "node:test"
import { gatesOf } from "../../src/model/gates.ts"
import { watched } from "../../src/model/routed.ts"
import {
  constant,
  defineRouter,
  exampleRows,
  input,
  NoOptions,
  packedLayout,
  pool,
  type Routing,
  sum,
  type Tensor,
  tokenRows,
} from "../../src/plugin/index.ts"
import { run } from "../../src/testing/run_program.ts"
import { engineOf } from "../../src/testing/toy_network.ts"

const layout = packedLayout()
const state = input("h", ["tokens", 3], "float", tokenRows(layout))
const feature = input("phi", ["examples", 3], "float", exampleRows(layout))
const gates = (granularity: Routing["granularity"], query: Tensor, formula: (query: Tensor) => Tensor) =>
  gatesOf(
    defineRouter({
      name: "mine",
      summary: "a test",
      options: NoOptions,
      routing: () => ({ query: "block", level: "layer", granularity, aggregate: "outputs" }),
      gates: formula,
    }),
    query,
    {},
    {},
    { training: false, modules: 3 },
  )

test("a vector for the example, for all examples, or for each token", () => {
  assert.equal(
    gates("example", feature, (phi) => phi),
    feature,
  )
  assert.deepEqual(gates("example", state, (h) => pool("mean", h)).shape, ["examples", 3])
  assert.deepEqual(gates("example", feature, () => constant([1, 0, 0])).shape, [3])
  assert.equal(
    gates("token", state, (h) => h),
    state,
  )
})

const wrong: readonly (readonly [string, () => Tensor, RegExp])[] = [
  ["tokens for an example", () => gates("example", state, (h) => h), /they are \[length, 3\].*need \[3\]; .*pool/],
  ["an example for tokens", () => gates("token", state, (h) => pool("mean", h)), /they are \[3\].*need \[length, 3\]/],
  ["a number", () => gates("example", feature, (phi) => sum(phi)), /they are \[\]/],
  ["of other modules", () => gates("example", feature, () => constant([1, 0])), /they are \[2\] where 3 modules/],
  ["nothing", () => gates("example", feature, () => undefined as never), /they are undefined/],
]
for (const [name, given, message] of wrong)
  test(`refused: gates ${name}`, () => assert.throws(given, { name: "ShapeError", message }))

test("what is watched of signed gates are shares of their size", async () => {
  const { mean, entropy } = watched(feature, 3)
  const data = Float64Array.from([0.5, -0.5, 0, 0.2, 0.2, -0.2, -3, 0, 0, 0, 0, 0])
  const out = await run(await engineOf("reference"), { mean, entropy }, { phi: { shape: [4, 3], data } })
  assert.deepEqual([...out.mean.data], [...data])
  const expected = [Math.log(2) / Math.log(3), 1, 0, 0]
  // log(share + 1e-12) keeps the logarithm of 0 away: up to some 1e-11 for each module.
  expected.forEach((value, i) =>
    assert.ok(Math.abs(Number(out.entropy.data[i]) - value) < 1e-10, `${i}: ${out.entropy.data[i]}`),
  )
})
