/** The gradient of every operator against central differences, in float64 on the reference backend. */
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { grad, input, mul, program, randomStream, type Tensor } from "../../src/tensor/index.ts"
import { sum } from "../../src/tensor/operators/broadcasting.ts"
import { cases } from "./cases.ts"
import { draw, sizes } from "./draw.ts"
import { evaluate, type Feeds, numbers, onReference } from "./run.ts"

const step = 1e-5

/** sum of the result times fixed numbers: one loss that sees every element. */
const weighed = (result: Tensor, weights: Tensor): Tensor => {
  const { rows: _, ...bare } = result
  return sum(
    mul(bare, weights),
    bare.shape.map((_, axis) => axis),
  )
}

for (const one of cases.filter((x) => !x.discrete)) {
  test(`gradient of ${one.name}`, async () => {
    const engine = await onReference()
    await fc.assert(
      fc.asyncProperty(sizes, async (s) => {
        const { variables, result, feeds } = draw(one, s)
        const loss = weighed(result, input("weights", result.shape))
        const forward = await evaluate(engine, { result }, feeds)
        const fed: Feeds = { ...feeds, weights: numbers(randomStream(s.seed, "weights"), forward.result.shape) }
        const names = Object.keys(variables)
        const gradients = grad(
          loss,
          names.map((name) => variables[name]),
        )
        const exact = await evaluate(engine, Object.fromEntries(names.map((name, i) => [name, gradients[i]])), fed)
        const session = await engine.compile(program({ loss }))
        const at = async (name: string, i: number, by: number) => {
          const data = Float64Array.from(fed[name].data as Float64Array)
          data[i] += by
          return Number((await session.run({ ...fed, [name]: { ...fed[name], data } })).loss.data[0])
        }
        for (const name of names) {
          const random = randomStream(s.seed, "elements", name)
          for (let n = 0; n < Math.min(4, fed[name].data.length); n++) {
            const i = random.below(fed[name].data.length)
            const numeric = ((await at(name, i, step)) - (await at(name, i, -step))) / (2 * step)
            const analytic = Number(exact[name].data[i])
            const close = Math.abs(numeric - analytic) <= 2e-6 * (1 + Math.abs(numeric))
            assert.ok(close, `d/d${name}[${i}] is ${analytic}, by differences ${numeric}`)
          }
        }
      }),
      { numRuns: 12, seed: 20250101 },
    )
  })
}
