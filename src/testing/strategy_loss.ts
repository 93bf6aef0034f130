/** Checks of what a strategy minimises at its second task: the gradient of its loss, and that a batch in parts is the batch as a whole. */
import assert from "node:assert/strict"
import { withGradients } from "../model/gradients.ts"
import { type HostTensor, nameOf, program, randomStream } from "../plugin/index.ts"
import { drawsAt, withBeside } from "../run/steps/training/strategy/draws.ts"
import { strategyObjective } from "../run/steps/training/strategy/objective.ts"
import { prepare } from "../run/steps/training/strategy/prepared.ts"
import type { Check } from "./check.ts"
import { assertGradient, assertNear } from "./nearness.ts"
import { type StrategySetting, trainedTo, trainingBench, workAt } from "./strategy_stream.ts"

/** The shares of examples in a mean are float32: 6e-8 of each term. */
const PARTS = 1e-6

/** Of the last of three tasks: with what is remembered, recorded and carried. */
const lossOf = async (setting: StrategySetting) => {
  const { bench, stream } = await trainingBench(setting)
  const stages = await trainedTo(bench, setting, stream, 1)
  const { to, options, atRest } = await prepare(workAt(bench, setting, stream, 2, stages[1]))
  const random = randomStream(11, "parameters of a strategy")
  const objective = strategyObjective({ ...to, ...(to.trained || setting.strategy.trains === "adapter" ? atRest : {}) })
  const names = to.names
  const training = withGradients(objective.loss, names)
  const values = new Map<string, HostTensor & { readonly data: Float64Array }>(
    training.parameters.map((leaf) => {
      const { shape, data } = to.start.get(nameOf(leaf))!
      const moved = (x: number) => x + (names.includes(nameOf(leaf)) ? 0.1 * random.normal() : 0)
      return [nameOf(leaf), { shape, data: Float64Array.from(data as Float32Array, moved) }]
    }),
  )
  const replay = setting.strategy.replays?.(setting.options)
  const joined =
    replay && !setting.strategy.gradients ? drawsAt(to.texts, replay, options)((replay.every ?? 1) - 1) : []
  const whole = withBeside(Int32Array.of(0, 1, 2, ...joined), to.texts)
  const given = Object.fromEntries(values)
  return { bench, training, objective, whole, values, given, names }
}

export const lossChecks = (setting: StrategySetting): readonly Check[] => {
  const gradients: Check["run"] = async () => {
    const { bench, training, objective, whole, values, given, names } = await lossOf(setting)
    const feeds = { ...objective.feeds(whole, whole), ...given }
    const found = await (await bench.engine.compile(training)).run(feeds)
    const alone = await bench.engine.compile(program({ loss: objective.loss }))
    for (const name of names)
      await assertGradient(name, values.get(name)!.data, found[`gradient/${name}`].data, async () =>
        Number((await alone.run(feeds)).loss.data[0]),
      )
  }

  const parts: Check["run"] = async () => {
    const { bench, training, objective, whole, given, names } = await lossOf(setting)
    const session = await bench.engine.compile(training)
    const all = await session.run({ ...objective.feeds(whole, whole), ...given })
    const sums = new Map(Object.entries(all).map(([name, { data }]) => [name, new Float64Array(data.length)]))
    for (const part of [whole.filter((_, i) => i % 2 === 0), whole.filter((_, i) => i % 2 === 1)])
      for (const [name, { data }] of Object.entries(await session.run({ ...objective.feeds(part, whole), ...given })))
        data.forEach((x: number | bigint, i: number) => {
          sums.get(name)![i] += (Number(x) * part.length) / whole.length
        })
    for (const name of ["loss", ...names.map((each) => `gradient/${each}`)])
      assertNear({ data: sums.get(name)! }, all[name], PARTS, `${name} of a batch in parts`)
    assert.ok(Number(all.loss.data[0]) !== 0, "the loss is zero")
  }

  return [
    { name: "gradients of its loss are those of central differences", run: gradients },
    { name: "a batch in parts has the loss and the gradients of the whole", run: parts },
  ]
}
