/** Options of training against PyTorch and transformers: Adafactor, schedules, clipping, and curves under all of them at once. */
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import bottleneck from "../../plugins/adapters/bottleneck.ts"
import { Adafactor } from "../../src/model/adafactor.ts"
import { encoder, headLogits } from "../../src/model/encoder.ts"
import { clipped } from "../../src/model/gradient_clipping.ts"
import { withGradients } from "../../src/model/gradients.ts"
import { type Optimisation, optimise, textFeeds } from "../../src/model/optimise.ts"
import { type Schedule, scheduleFactor } from "../../src/model/schedule.ts"
import { initialsFor, trainable } from "../../src/model/single.ts"
import type { TrainOptions } from "../../src/plan/rows/cell.ts"
import { crossEntropy, type Initial, input, parameter, randomStream, Schema } from "../../src/plugin/index.ts"
import { loopOptions, parameterGroups } from "../../src/run/steps/training/train_block.ts"
import golden from "../golden/training_options.json" with { type: "json" }
import { apart, DIGITS, engines, flat, hostOf, type Nested, textsOf, tinyBert } from "./golden.ts"

type Values = Readonly<Record<string, Nested>>
const arrays = (values: Values) =>
  new Map(Object.entries(values).map(([name, value]) => [name, Float32Array.from(flat(value))]))

for (const { schedule, warm_up_steps, factors } of golden.schedules)
  test(`golden: the schedule '${schedule}' after ${warm_up_steps} steps of warm-up`, () => {
    const found = factors.map((_, step) => scheduleFactor(schedule as Schedule, warm_up_steps, step, factors.length))
    assert.ok(apart(found, factors) < DIGITS)
  })

test("golden: Adafactor", () => {
  const { groups, initial, gradients, values } = golden.adafactor
  const parameters = arrays(initial)
  const shapes = new Map(Object.entries(initial as Values).map(([name, value]) => [name, hostOf(value).shape]))
  const optimiser = new Adafactor(shapes)
  const written = groups.map(({ names, learning_rate, weight_decay }) => ({
    names,
    learningRate: learning_rate,
    weightDecay: weight_decay,
  }))
  gradients.forEach((gradient, update) => {
    const given = arrays(gradient)
    const factor = scheduleFactor("cosine", 2, update, gradients.length)
    optimiser.step(written, parameters, (name) => given.get(name) as Float32Array, factor)
    const expected = (values as Readonly<Record<string, Values>>)[update + 1] ?? {}
    for (const [name, value] of Object.entries(expected)) {
      const gap = apart(parameters.get(name) as Float32Array, value)
      assert.ok(gap < 2 * DIGITS, `${name} after ${update + 1} updates: ${gap}`)
    }
  })
})

test("golden: clipping by the norm of all gradients", () => {
  const gradients = arrays(golden.adafactor.gradients[0])
  for (const { most, clipped: expected } of golden.clipping)
    for (const [name, gradient] of clipped(gradients, most))
      assert.ok(apart(gradient, (expected as Values)[name]) < DIGITS, `${name}, at most ${most}`)
})

const options = Schema.decodeUnknownSync(bottleneck.options)({ reduction: 4 } as never)
const texts = textsOf(golden.ids)
const labels = Int32Array.from(golden.labels)

/** The order of the fixture, epoch by epoch. */
const givenOrder = () => {
  let epoch = 0
  return {
    ...randomStream(0),
    shuffle: <T>(items: readonly T[]): T[] => golden.order[epoch++ % golden.order.length].map((i) => items[i]),
  }
}

const train = async (on: keyof typeof engines, given: Partial<TrainOptions>, more: Partial<Optimisation> = {}) => {
  const settings = { ...golden.settings, ...given } as TrainOptions
  const network = await tinyBert()
  const { sites } = network.checkpoint
  const values = arrays(golden.initial)
  const trace = encoder(network, trainable(bottleneck, options, sites, { training: true }))
  const loss = crossEntropy(
    headLogits(trace.features, parameter("head/W", [16, 3]), parameter("head/b", [3])),
    input("labels", ["examples"], "int", { of: "examples", layout: trace.layout }),
    undefined,
    settings.label_smoothing,
  )
  const program = withGradients(loss, [...values.keys()])
  const session = await (await engines[on]()).compile(program)
  const described = new Map<string, Pick<Initial, "shape" | "decayed">>([
    ...initialsFor(bottleneck, options, sites),
    ["head/W", { shape: [16, 3] }],
    ["head/b", { shape: [3] }],
  ])
  const losses = await optimise({
    session,
    program,
    values,
    groups: parameterGroups(described, settings.learning_rate, settings),
    examples: texts.length,
    feeds: (batch) => textFeeds(texts, labels, batch),
    ...loopOptions(settings),
    order: givenOrder(),
    noise: randomStream(0),
    ...more,
  })
  await session.release()
  return { losses, values }
}

for (const optimiser of ["adamw", "adafactor"] as const)
  for (const on of ["reference", "onnxruntime"] as const)
    test(`golden: accumulated, clipped, smoothed, with groups of decay and a cosine, by ${optimiser} on ${on}`, async () => {
      const curve = golden.curves[optimiser]
      const { losses, values } = await train(on, { optimiser })
      const scale = on === "reference" ? 1 : 5
      assert.ok(apart(losses, curve.losses) < 5e-6 * scale, `losses: ${apart(losses, curve.losses)}`)
      for (const [name, value] of values) {
        const gap = apart(value, (curve.final as Values)[name])
        assert.ok(gap < 2e-5 * scale, `${name}: ${gap}`)
      }
    })

test("k batches of b examples give what one batch of k b gives", async () => {
  const shapes = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 2, max: 4 }))
  const property = fc.asyncProperty(shapes, async ([batch, accumulate]) => {
    const apartFrom = async (given: Partial<TrainOptions>) => train("reference", { epochs: 1, clip: "none", ...given })
    const inParts = await apartFrom({ batch, accumulate })
    const atOnce = await apartFrom({ batch: batch * accumulate, accumulate: 1 })
    assert.ok(apart(inParts.losses, [...atOnce.losses]) < 1e-6)
    for (const [name, value] of inParts.values) assert.ok(apart(value, [...atOnce.values.get(name)!]) < 2e-6, name)
  })
  await fc.assert(property, { numRuns: 4 })
})
