/** Fifty steps of training from given values, in given batches, against PyTorch's curves. */
import assert from "node:assert/strict"
import { test } from "node:test"
import bottleneck from "../../plugins/adapters/bottleneck.ts"
import lora from "../../plugins/adapters/lora.ts"
import { parameterFeeds } from "../../src/model/differentiate.ts"
import { encoder, headLogits } from "../../src/model/encoder.ts"
import { withGradients } from "../../src/model/gradients.ts"
import { optimise, textFeeds } from "../../src/model/optimise.ts"
import { initialsFor, trainable } from "../../src/model/single.ts"
import { type Adapter, crossEntropy, input, parameter, program, randomStream, Schema } from "../../src/plugin/index.ts"
import bottleneckCurve from "../golden/bottleneck_curve.json" with { type: "json" }
import loraCurve from "../golden/lora_curve.json" with { type: "json" }
import { apart, engines, flat, type Nested, textsOf, tinyBert } from "./golden.ts"

interface Values {
  readonly adapter: Readonly<Record<string, Readonly<Record<string, Nested>>>>
  readonly head: { readonly W: Nested; readonly b: Nested }
}

interface Curve {
  readonly adapter: Readonly<Record<string, unknown>>
  readonly batches: readonly (readonly number[])[]
  readonly initial: Values
  readonly first_gradients: Values
  readonly losses: readonly number[]
  readonly final: Values
  readonly final_logits: Nested
}

interface Given {
  readonly ids: readonly (readonly number[])[]
  readonly labels: readonly number[]
  readonly settings: {
    readonly steps: number
    readonly adapter_learning_rate: number
    readonly head_learning_rate: number
    readonly weight_decay: number
  }
}

/** By full names, as programs name parameters. */
const named = ({ adapter, head }: Values): ReadonlyMap<string, Nested> =>
  new Map<string, Nested>([
    ...Object.entries(adapter).flatMap(([site, parameters]) =>
      Object.entries(parameters).map(([name, values]) => [`${site}/${name}`, values] as const),
    ),
    ["head/W", head.W],
    ["head/b", head.b],
  ])

const near = (
  what: string,
  actual: Readonly<Record<string, ArrayLike<number>>>,
  expected: Values,
  tolerance: number,
): void => {
  for (const [name, values] of named(expected)) {
    const gap = apart(actual[name], values)
    assert.ok(gap < tolerance, `${what} of ${name}: ${gap}`)
  }
}

/** The batches of the curve, epoch by epoch, in the place of a random order. */
const given = (batches: Curve["batches"], perEpoch: number) => {
  let epoch = 0
  return {
    ...randomStream(0),
    shuffle: <T>(items: readonly T[]): T[] =>
      batches
        .slice(epoch * perEpoch, ++epoch * perEpoch)
        .flat()
        .map((i) => items[i]),
  }
}

const replay = async (
  adapter: Adapter,
  options: unknown,
  curve: Curve,
  { ids, labels, settings }: Given,
  on: keyof typeof engines,
) => {
  const network = await tinyBert()
  const { sites } = network.checkpoint
  const texts = textsOf(ids)
  const classes = Int32Array.from(labels)
  const values = new Map([...named(curve.initial)].map(([name, value]) => [name, Float32Array.from(flat(value))]))
  assert.deepEqual(
    [...initialsFor(adapter, options, sites).keys()].sort(),
    [...values.keys()].filter((name) => !name.startsWith("head/")).sort(),
  )
  const head = [parameter("head/W", [16, 3]), parameter("head/b", [3])] as const
  const trace = encoder(network, trainable(adapter, options, sites, { training: true }))
  const training = withGradients(
    crossEntropy(
      headLogits(trace.features, ...head),
      input("labels", ["examples"], "int", { of: "examples", layout: trace.layout }),
    ),
    [...values.keys()],
  )
  const session = await (await engines[on]()).compile(training)
  const first = await session.run({
    ...textFeeds(texts, classes, Int32Array.from(curve.batches[0])),
    ...parameterFeeds(training, values),
  })
  const size = curve.batches[0].length
  const perEpoch = Math.ceil(texts.length / size)
  const losses = await optimise({
    session,
    program: training,
    values,
    groups: [
      {
        names: [...values.keys()].filter((name) => !name.startsWith("head/")),
        learningRate: settings.adapter_learning_rate,
        weightDecay: settings.weight_decay,
      },
      { names: ["head/W", "head/b"], learningRate: settings.head_learning_rate, weightDecay: settings.weight_decay },
    ],
    examples: texts.length,
    feeds: (batch) => textFeeds(texts, classes, batch),
    epochs: settings.steps / perEpoch,
    batch: size,
    schedule: "linear",
    warmUp: 0,
    order: given(curve.batches, perEpoch),
    noise: randomStream(0),
  })
  await session.release()
  const after = encoder(network, trainable(adapter, options, sites, { training: false }))
  const evaluation = program({ logits: headLogits(after.features, ...head) })
  const { logits } = await (await (await engines[on]()).compile(evaluation)).run({
    ...textFeeds(
      texts,
      classes,
      classes.map((_, i) => i),
    ),
    ...parameterFeeds(evaluation, values),
  })
  const gradients = Object.fromEntries(
    [...values.keys()].map((name) => [name, first[`gradient/${name}`].data as Float32Array]),
  )
  return { losses, gradients, values: Object.fromEntries(values), logits: logits.data as Float32Array }
}

const decoded = (adapter: Adapter, given: object): unknown => Schema.decodeUnknownSync(adapter.options)(given as never)

const curves: readonly (readonly [string, Adapter, unknown, Curve, Given])[] = [
  ["LoRA", lora, decoded(lora, loraCurve.adapter), loraCurve, loraCurve],
  ...Object.entries(bottleneckCurve.variants).map(
    ([name, curve]) =>
      [`bottleneck (${name})`, bottleneck, decoded(bottleneck, curve.adapter), curve, bottleneckCurve] as const,
  ),
]

for (const [name, adapter, options, curve, all] of curves)
  for (const on of ["reference", "onnxruntime"] as const)
    test(`golden: 50 training steps of ${name} on ${on}`, async () => {
      const { losses, gradients, values, logits } = await replay(adapter, options, curve as Curve, all, on)
      const scale = on === "reference" ? 1 : 5
      near("first gradient", gradients, curve.first_gradients as Values, 1e-6 * scale)
      assert.ok(apart(losses, curve.losses) < 3e-6 * scale, `losses: ${apart(losses, curve.losses)}`)
      near("final value", values, curve.final as Values, 2e-5 * scale)
      assert.ok(apart(logits, curve.final_logits) < 5e-5 * scale, `logits: ${apart(logits, curve.final_logits)}`)
    })
