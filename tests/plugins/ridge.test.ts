/** The linear probe against scikit-learn. */
import assert from "node:assert/strict"
import { test } from "node:test"
import frozenRidge from "../../plugins/probes/frozen_ridge.ts"
import { ridge } from "../../src/learning/ridge.ts"
import { exampleRows, input, packedLayout, Schema, weight } from "../../src/plugin/index.ts"
import { run } from "../../src/testing/run_program.ts"
import { engineOf } from "../../src/testing/toy_network.ts"
import golden from "../golden/ridge.json" with { type: "json" }
import { apart, hostOf } from "../model/golden.ts"

const WIDTH = golden.features[0].length
const given = {
  features: Float32Array.from(golden.features.flat()),
  width: WIDTH,
  task: Int32Array.from(golden.classes, (c) => Math.floor(c / 3)),
  class: Int32Array.from(golden.classes),
  tasks: 2,
  taskOfClass: Int32Array.of(0, 0, 0, 1, 1),
}

for (const { alpha, scores } of golden.cases)
  test(`frozen_ridge with alpha ${alpha} scores as scikit-learn's Ridge, and a class without examples never wins`, async () => {
    const options = Schema.decodeUnknownSync(frozenRidge.options)({ alpha })
    const constants = Object.entries(frozenRidge.statistics(given, options))
    const query = input("query", ["examples", WIDTH], "float", exampleRows(packedLayout()))
    const found = await run(
      await engineOf("reference"),
      {
        y: frozenRidge.scores(
          query,
          Object.fromEntries(constants.map(([name, one]) => [name, weight(name, one)])),
          options,
        ),
      },
      { query: hostOf(golden.test) },
    )
    const rows = golden.test.map((_, i) => Array.from(found.y.data.slice(i * 5, i * 5 + 5), Number))
    assert.ok(rows.every((row) => row[3] < -1e29))
    const gap = apart(
      rows.flatMap((row) => row.filter((_, c) => c !== 3)),
      scores,
    )
    assert.ok(gap < 2e-6, `${gap}`)
  })

test("frozen_ridge: without a penalty that counts, features that lie in a plane are an error with a remedy", () => {
  const flat = { ...given, features: given.features.map((x, i) => (i % WIDTH === 1 ? given.features[i - 1] : x)) }
  assert.equal(ridge(flat, 1e-300), undefined)
  assert.throws(() => frozenRidge.statistics(flat, Schema.decodeUnknownSync(frozenRidge.options)({ alpha: 1e-300 })), {
    message: /no unique answer/,
    help: /larger alpha/,
  })
})
