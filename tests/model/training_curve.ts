/** Twenty steps of LoRA on the loss of answers, as a golden file has them: first gradients, losses, final values. */
import assert from "node:assert/strict"
import type { Feeds } from "../../src/model/batch.ts"
import { parameterFeeds } from "../../src/model/differentiate.ts"
import { optimise } from "../../src/model/optimise.ts"
import { type Engine, nameOf, type Program, randomStream } from "../../src/plugin/index.ts"
import { apart, flat, type Nested } from "./golden.ts"

type Values = Readonly<Record<string, Readonly<Record<string, Nested>>>>

interface Curve {
  readonly batches: readonly (readonly number[])[]
  readonly settings: { readonly steps: number; readonly learning_rate: number; readonly weight_decay: number }
  readonly ids: readonly unknown[]
  readonly initial: Values
  readonly first_gradients: Values
  readonly losses: readonly number[]
  readonly final: Values
}

const named = (values: Values): ReadonlyMap<string, Nested> =>
  new Map(
    Object.entries(values).flatMap(([site, parameters]) =>
      Object.entries(parameters).map(([name, value]) => [`${site}/${name}`, value] as const),
    ),
  )

/** Trains, compares, and gives the trained values as feeds. */
export const sameCurve = async (
  curve: Curve,
  engine: Engine,
  step: Program,
  feeds: (batch: readonly number[]) => Feeds,
  tolerance: number,
): Promise<Feeds> => {
  const values = new Map([...named(curve.initial)].map(([name, value]) => [name, Float32Array.from(flat(value))]))
  assert.deepEqual(step.parameters.map(nameOf).sort(), [...values.keys()].sort())
  const session = await engine.compile(step)
  const first = await session.run({ ...feeds(curve.batches[0]), ...parameterFeeds(step, values) })
  for (const [name, gradient] of named(curve.first_gradients)) {
    const gap = apart(first[`gradient/${name}`].data as Float32Array, gradient)
    assert.ok(gap < tolerance, `first gradient of ${name}: ${gap}`)
  }
  const { steps, learning_rate: learningRate, weight_decay: weightDecay } = curve.settings
  const perEpoch = curve.ids.length / curve.batches[0].length
  let epoch = 0
  const losses = await optimise({
    session,
    program: step,
    values,
    groups: [{ names: [...values.keys()], learningRate, weightDecay }],
    examples: curve.ids.length,
    feeds: (batch) => feeds([...batch]),
    epochs: steps / perEpoch,
    batch: curve.batches[0].length,
    schedule: "linear",
    warmUp: 0,
    order: {
      ...randomStream(0),
      shuffle: <T>(items: readonly T[]): T[] =>
        curve.batches.slice(epoch * perEpoch, ++epoch * perEpoch).flatMap((batch) => batch.map((i) => items[i])),
    },
    noise: randomStream(0),
  })
  await session.release()
  assert.ok(apart(losses, curve.losses) < 5 * tolerance, `losses: ${apart(losses, curve.losses)}`)
  for (const [name, value] of named(curve.final)) {
    const gap = apart(values.get(name) as Float32Array, value)
    assert.ok(gap < 10 * tolerance, `final value of ${name}: ${gap}`)
  }
  return parameterFeeds(step, values)
}
