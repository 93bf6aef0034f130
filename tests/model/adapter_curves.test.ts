/** Every kind of adapter against PyTorch: logits with given values, ten steps of training, logits after them. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { parameterFeeds } from "../../src/model/differentiate.ts"
import { encoder, headLogits } from "../../src/model/encoder.ts"
import { withGradients } from "../../src/model/gradients.ts"
import { optimise, textFeeds } from "../../src/model/optimise.ts"
import { initialsFor, trainable, trainedNames } from "../../src/model/single.ts"
import {
  type Adapter,
  assembled,
  crossEntropy,
  type HostTensor,
  input,
  type Part,
  parameter,
  program,
  randomStream,
  Schema,
} from "../../src/plugin/index.ts"
import { loadPlugin } from "../../src/plugin/load.ts"
import golden from "../golden/adapters.json" with { type: "json" }
import { apart, engines, hostOf, type Nested, textsOf, tinyBert } from "./golden.ts"

interface Named {
  readonly name: string
  /** What an adapter is made of. */
  readonly of?: readonly Named[]
}

interface Variant {
  readonly adapter: Named
  readonly initial: Readonly<Record<string, Readonly<Record<string, Nested>>>>
  readonly logits: Nested
  readonly losses: readonly number[]
  readonly final_logits: Nested
}

const texts = textsOf(golden.ids)
const labels = Int32Array.from(golden.labels)
const everyText = labels.map((_, i) => i)
const { batches, settings, head } = golden
const size = batches[0].length
const perEpoch = Math.ceil(texts.length / size)

/** The batches of the fixture, epoch by epoch, in the place of a random order. */
const givenOrder = () => {
  let epoch = 0
  const next = () => batches.slice(epoch * perEpoch, ++epoch * perEpoch).flat()
  return { ...randomStream(0), shuffle: <T>(items: readonly T[]): T[] => next().map((i) => items[i]) }
}

/** All arrays by full name; whole numbers where nothing is trained. */
const arraysOf = ({ initial }: Variant, trained: ReadonlySet<string>): Map<string, HostTensor> =>
  new Map(
    Object.entries({ ...initial, head }).flatMap(([site, parts]) =>
      Object.entries(parts as Readonly<Record<string, Nested>>).map(([part, values]) => {
        const [name, host] = [`${site}/${part}`, hostOf(values)]
        const fixed = site !== "head" && !trained.has(name)
        return [name, fixed ? { shape: host.shape, data: Int32Array.from(host.data as Float32Array) } : host] as const
      }),
    ),
  )

const partFor = async ({ name, of, ...written }: Named): Promise<Part> => {
  const adapter = (await loadPlugin("adapter", name)) as Adapter
  const options = Schema.decodeUnknownSync(adapter.options)({
    ...written,
    ...(of && { of: of.map((one) => one.name) }),
  } as never)
  return { adapter: of ? assembled(adapter, await Promise.all(of.map(partFor))) : adapter, options }
}

const replay = async (variant: Variant, on: keyof typeof engines) => {
  const { adapter, options } = await partFor(variant.adapter)
  const network = await tinyBert()
  const { sites } = network.checkpoint
  const own = trainedNames(initialsFor(adapter, options, sites))
  const arrays = arraysOf(variant, new Set(own))
  assert.deepEqual(
    [...arrays.keys()].filter((key) => !key.startsWith("head/")).sort(),
    [...initialsFor(adapter, options, sites).keys()].sort(),
  )
  const heads = ["head/W", "head/b"]
  const values = new Map([...own, ...heads].map((key) => [key, arrays.get(key)!.data as Float32Array]))
  const trace = (training: boolean) => encoder(network, trainable(adapter, options, sites, { training }, arrays))
  const logitsOf = ({ features }: ReturnType<typeof encoder>) =>
    headLogits(features, parameter("head/W", [16, 3]), parameter("head/b", [3]))
  const evaluation = program({ logits: logitsOf(trace(false)) })
  const evaluating = await (await engines[on]()).compile(evaluation)
  const logits = async () =>
    (await evaluating.run({ ...textFeeds(texts, labels, everyText), ...parameterFeeds(evaluation, values) })).logits
      .data as Float32Array
  const before = (await logits()).slice()
  const state = trace(true)
  const loss = crossEntropy(
    logitsOf(state),
    input("labels", ["examples"], "int", { of: "examples", layout: state.layout }),
  )
  const training = withGradients(loss, [...values.keys()])
  const session = await (await engines[on]()).compile(training)
  const losses = await optimise({
    session,
    program: training,
    values,
    groups: [
      { names: own, learningRate: settings.adapter_learning_rate, weightDecay: 0 },
      { names: heads, learningRate: settings.head_learning_rate, weightDecay: 0 },
    ],
    examples: texts.length,
    feeds: (batch) => textFeeds(texts, labels, batch),
    epochs: settings.steps / perEpoch,
    batch: size,
    schedule: "linear",
    warmUp: 0,
    order: givenOrder(),
    noise: randomStream(0),
  })
  const after = await logits()
  await session.release()
  await evaluating.release()
  return { before, losses, after }
}

for (const [name, variant] of Object.entries(golden.variants) as [string, Variant][])
  for (const on of ["reference", "onnxruntime"] as const)
    test(`golden: 10 training steps of ${name} on ${on}`, async () => {
      const { before, losses, after } = await replay(variant, on)
      const scale = on === "reference" ? 1 : 5
      assert.ok(apart(before, variant.logits) < 5e-6 * scale, `logits before: ${apart(before, variant.logits)}`)
      assert.ok(apart(losses, variant.losses) < 5e-6 * scale, `losses: ${apart(losses, variant.losses)}`)
      assert.ok(
        apart(after, variant.final_logits) < 1e-4 * scale,
        `logits after: ${apart(after, variant.final_logits)}`,
      )
    })
