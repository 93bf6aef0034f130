/** onnxruntime against the reference backend: every operator, forward and gradient. */
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { grad, overExamples, sum, type Tensor } from "../../src/tensor/index.ts"
import { cases } from "../tensor/cases.ts"
import { draw, sizes } from "../tensor/draw.ts"
import { distance, evaluate, onOnnxruntime, onReference } from "../tensor/run.ts"

const lossOf = (x: Tensor): Tensor => (x.rows ? overExamples(x, "sum") : sum(x))

for (const one of cases) {
  test(`onnxruntime agrees on ${one.name}`, async () => {
    const [expected, actual] = [await onReference(), await onOnnxruntime()]
    await fc.assert(
      fc.asyncProperty(sizes, async (s) => {
        const { variables, result, feeds } = draw(one, s)
        const outputs: Record<string, Tensor> = { result }
        if (!one.discrete) {
          const names = Object.keys(variables)
          const gradients = grad(
            lossOf(result),
            names.map((name) => variables[name]),
          )
          names.forEach((name, i) => {
            outputs[`d${name}`] = gradients[i]
          })
        }
        const rounded = Object.fromEntries(
          Object.entries(feeds).map(([name, x]) => [
            name,
            x.data instanceof Float64Array ? { ...x, data: Float64Array.from(x.data, Math.fround) } : x,
          ]),
        )
        const [a, b] = [await evaluate(expected, outputs, rounded), await evaluate(actual, outputs, rounded)]
        for (const name of Object.keys(outputs))
          assert.ok(distance(a[name], b[name]) < 2e-5, `${name} differs by ${distance(a[name], b[name])}`)
      }),
      { numRuns: 6, seed: 20250102 },
    )
  })
}
