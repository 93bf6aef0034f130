/** AdamW's updates and schedules against golden values. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { AdamW } from "../../src/model/adamw.ts"
import { scheduleFactor } from "../../src/model/schedule.ts"
import golden from "../golden/adamw.json" with { type: "json" }
import { apart, DIGITS, flat, type Nested } from "./golden.ts"

type Values = Readonly<Record<string, Nested>>

const groups = golden.groups.map(({ names, learning_rate, weight_decay }) => ({
  names,
  learningRate: learning_rate,
  weightDecay: weight_decay,
}))
const gradients = golden.gradients as unknown as readonly Values[]

for (const [name, { warm_up_steps, factors, values }] of Object.entries(golden.schedules)) {
  const factor = (step: number) =>
    scheduleFactor(name === "constant" ? "constant" : "linear", warm_up_steps, step, golden.steps)

  test(`golden: AdamW with the schedule '${name}'`, () => {
    const parameters = new Map(
      Object.entries(golden.initial as Values).map(([key, value]) => [key, Float32Array.from(flat(value))]),
    )
    const optimiser = new AdamW()
    for (let step = 0; step < golden.steps; step++) {
      optimiser.step(groups, parameters, (key) => Float32Array.from(flat(gradients[step][key])), factor(step))
      const expected = (values as unknown as Readonly<Record<string, Values>>)[step + 1]
      for (const [key, value] of Object.entries(expected ?? {})) {
        const scale = Math.max(1, ...flat(value).map(Math.abs))
        assert.ok(
          apart(parameters.get(key) as Float32Array, value) < DIGITS * scale,
          `${key} after ${step + 1} updates: ${apart(parameters.get(key) as Float32Array, value)}`,
        )
      }
    }
  })

  test(`golden: factors of the schedule '${name}'`, () => {
    assert.ok(
      apart(
        factors.map((_, step) => factor(step)),
        factors,
      ) < DIGITS,
    )
  })
}
