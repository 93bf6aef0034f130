/** Gradient descent with momentum against golden values. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Sgd } from "../../src/model/sgd.ts"
import golden from "../golden/sgd.json" with { type: "json" }
import { apart, DIGITS, flat, type Nested } from "./golden.ts"

type Values = Readonly<Record<string, Nested>>

const groups = golden.groups.map(({ names, learning_rate, weight_decay }) => ({
  names,
  learningRate: learning_rate,
  weightDecay: weight_decay,
}))
const gradients = golden.gradients as unknown as readonly Values[]
const start = () =>
  new Map(Object.entries(golden.initial as Values).map(([key, value]) => [key, Float32Array.from(flat(value))]))
const at = (step: number) => (key: string) => Float32Array.from(flat(gradients[step][key]))

for (const [momentum, values] of Object.entries(golden.momenta))
  test(`golden: momentum ${momentum}`, () => {
    const parameters = start()
    const optimiser = new Sgd(Number(momentum))
    for (let step = 0; step < golden.steps; step++) {
      optimiser.step(groups, parameters, at(step), 1)
      const expected = (values as unknown as Readonly<Record<string, Values>>)[step + 1]
      for (const [key, value] of Object.entries(expected ?? {})) {
        const gap = apart(parameters.get(key) as Float32Array, value)
        assert.ok(gap < DIGITS, `${key} after ${step + 1} updates: ${gap}`)
      }
    }
  })

test("half the learning rates are half the first step, and what was stopped goes on to the same bytes", () => {
  const [whole, half] = [start(), start()]
  new Sgd().step(groups, whole, at(0), 1)
  new Sgd().step(groups, half, at(0), 0.5)
  for (const [key, before] of start())
    before.forEach((x, i) => {
      assert.ok(Math.abs(whole.get(key)![i] - x - 2 * (half.get(key)![i] - x)) < DIGITS, key)
    })
  const [once, stopped] = [new Sgd(0.9), new Sgd(0.9)]
  const [through, apartly] = [start(), start()]
  for (const step of [0, 1, 2]) once.step(groups, through, at(step), 1)
  for (const step of [0, 1]) stopped.step(groups, apartly, at(step), 1)
  const resumed = new Sgd(0.9)
  resumed.resume(2, stopped.state)
  resumed.step(groups, apartly, at(2), 1)
  assert.deepEqual(apartly, through)
})
