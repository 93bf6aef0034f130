/**
 * Routers over a library of LoRA modules, against PyTorch: gates, logits, what a fit minimises, its gradients and AdamW's steps;
 * and what routers make of features and of Fisher information. Values: golden/make/{token_routers,example_routers,adapter_fusion,arrow,pi_tuning}.py.
 */
import assert from "node:assert/strict"
import { test } from "node:test"
import lora from "../../plugins/adapters/lora.ts"
import arrow from "../../plugins/routers/arrow.ts"
import piTuning from "../../plugins/routers/pi_tuning.ts"
import { parameterFeeds } from "../../src/model/differentiate.ts"
import { encoder, headLogits } from "../../src/model/encoder.ts"
import { forwardAll } from "../../src/model/evaluate.ts"
import { withGradients } from "../../src/model/gradients.ts"
import { joinedHead, type Library } from "../../src/model/library.ts"
import { optimise } from "../../src/model/optimise.ts"
import { routed } from "../../src/model/routed.ts"
import type { StoredArray } from "../../src/plan/step.ts"
import {
  type HostTensor,
  packedLayout,
  parameter,
  program,
  type Router,
  randomStream,
  Schema,
  type Tensor,
  weight,
} from "../../src/plugin/index.ts"
import { loadPlugin } from "../../src/plugin/load.ts"
import type { FitExamples } from "../../src/run/steps/fit/examples.ts"
import { fitObjective } from "../../src/run/steps/fit/objective.ts"
import { taskRows } from "../../src/run/steps/query.ts"
import { evaluated, fitted } from "../../src/testing/routed_stream.ts"
import { blindOf } from "../../src/testing/toy_stream.ts"
import adapterFusionGolden from "../golden/adapter_fusion.json" with { type: "json" }
import arrowGolden from "../golden/arrow.json" with { type: "json" }
import exampleGolden from "../golden/example_routers.json" with { type: "json" }
import piGolden from "../golden/pi_tuning.json" with { type: "json" }
import loraGolden from "../golden/routed_lora.json" with { type: "json" }
import tokenGolden from "../golden/token_routers.json" with { type: "json" }
import { smallStream } from "../run/steps/small_stream.ts"
import { apart, engines, flat, headOf, hostOf, hostsOf, type Nested, textsOf, tinyBert } from "./golden.ts"

type Arrays = Readonly<Record<string, Readonly<Record<string, Nested>>>>

interface Case {
  readonly router: string
  readonly options: object
  readonly training: boolean
  readonly parameters: Arrays
  readonly constants?: Arrays
  readonly noise?: Readonly<Record<string, Nested>>
  readonly gates: Readonly<Record<string, Nested>>
  readonly logits: Nested
  readonly loss?: number
  readonly gradients?: Arrays
  readonly losses?: readonly number[]
  /** Of a gate that is trained with one module alone: which, and on which examples. */
  readonly alone?: number
  readonly examples?: readonly number[]
}

const cases = [
  ...tokenGolden.cases,
  ...exampleGolden.cases,
  ...adapterFusionGolden.cases,
  ...piGolden.cases,
] as unknown as readonly Case[]

const CLASSES = 2
const modules = loraGolden.modules as unknown as readonly Arrays[]
const options = Schema.decodeUnknownSync(lora.options)(loraGolden.adapter as never)
const library: Library = modules.map((sites, i) => ({
  task: `task ${i}`,
  adapter: lora,
  options,
  sites: Object.fromEntries(Object.entries(sites).map(([site, parameters]) => [site, hostsOf(parameters)])),
  head: headOf(loraGolden.heads[i] as never),
}))
const texts = textsOf(loraGolden.ids)
const task = Int32Array.from(loraGolden.labels, (label) => Math.floor(label / CLASSES))

/** The frozen network's masked means, [examples, width]. */
const frozenMean = (async (): Promise<HostTensor> => {
  const network = await tinyBert()
  const { features } = encoder(network, {}, false, packedLayout())
  const session = await (await engines.reference()).compile(program({ features }))
  return (await forwardAll({ session, texts })).features
})()

/** A case with everything that its fit needs. */
const setting = async (one: Case) => {
  const network = await tinyBert()
  const plugin = (await loadPlugin("router", one.router)) as Router
  const written = Schema.decodeUnknownSync(plugin.options)(one.options as never)
  const router: Router =
    one.alone === undefined
      ? plugin
      : {
          ...plugin,
          parameters: plugin.alone!.parameters as never,
          gates: plugin.alone!.gates,
          fit: undefined,
          loss: undefined,
        }
  const own = one.alone === undefined ? library : [library[one.alone]]
  const every = one.examples ?? texts.map((_, i) => i)
  const { query } = router.routing(written)
  const outside =
    query === "task"
      ? taskRows(task, Int32Array.from(library.keys()), library.length)
      : query === "frozen_mean"
        ? await frozenMean
        : undefined
  const examples: FitExamples = {
    texts: every.map((i) => texts[i]),
    labels: Int32Array.from(every, (i) => loraGolden.labels[i] - CLASSES * (one.alone ?? 0)),
    task: Int32Array.from(every, (i) => (one.alone === undefined ? task[i] : 0)),
    index: Int32Array.from(every),
    answers: [],
    newest: Float32Array.from(every, (i) => (task[i] === library.length - 1 ? 1 : 0)),
    ...(outside ? { outside } : {}),
  }
  const values = new Map<string, HostTensor>(named(one.parameters))
  const leaves = (unit: string): Record<string, Tensor> => ({
    ...Object.fromEntries(
      Object.entries(one.constants?.[unit] ?? {}).map(([name, value]) => [
        name,
        weight(`${unit}/${name}`, hostOf(value)),
      ]),
    ),
    ...Object.fromEntries(
      Object.keys(one.parameters[unit] ?? {}).map((name) => [
        name,
        parameter(`${unit}/${name}`, values.get(`${unit}/${name}`)!.shape),
      ]),
    ),
  })
  const objective = fitObjective({
    net: network,
    router,
    options: written,
    library: own,
    examples,
    head: "kept",
    tensors: leaves,
    training: one.training,
  })
  const layout = packedLayout()
  const route = routed(
    {
      router,
      options: written,
      library: own,
      sites: network.checkpoint.sites,
      firstPass: (first) => encoder(network, {}, false, first).hidden,
    },
    network.checkpoint.width,
    layout,
    leaves,
    { training: one.training },
  )
  const { features } = encoder(network, route.participant, false, layout)
  const { W, b } = joinedHead(own.map(({ head }) => head))
  const logits = headLogits(features, weight("head/W", W), weight("head/b", b))
  const gates = Object.fromEntries([...route.gates].map(([unit, gate]) => [`gates/${unit}`, gate]))
  const all = Int32Array.from(every.keys())
  const feeds = { ...objective.feeds(all), ...noiseOf(one) }
  return { network, objective, values, logits, gates, all, feeds }
}

const named = (arrays: Arrays): [string, HostTensor][] =>
  Object.entries(arrays).flatMap(([unit, own]) =>
    Object.entries(own).map(([name, value]): [string, HostTensor] => [`${unit}/${name}`, hostOf(value)]),
  )

const noiseOf = ({ noise = {} }: Case) => hostsOf(noise)

const run = async (
  outputs: Readonly<Record<string, Tensor>>,
  feeds: Readonly<Record<string, HostTensor>>,
  values: ReadonlyMap<string, HostTensor>,
  on: keyof typeof engines,
) => {
  const made = program(outputs)
  const arrays = new Map([...values].map(([name, { data }]) => [name, data as Float32Array]))
  const session = await (await engines[on]()).compile(made)
  const results = await session.run({ ...feeds, ...parameterFeeds(made, arrays) })
  await session.release()
  return (name: string) => results[name].data as Float32Array
}

/**
 * The reference engine computes in float64 on float32 weights, and constants and weights of the files have seven digits; onnxruntime in float32, where torch itself strays by up to 2.6e-5 in
 * logits, 7e-6 in gradients and 5e-6 in gates (DAM's softmax at temperature 0.01): `float32_deviation` of the files.
 */
const GAPS = {
  reference: { gates: 5e-6, logits: 1e-5, loss: 2e-6, gradients: 5e-6 },
  onnxruntime: { gates: 1e-5, logits: 5e-5, loss: 1e-5, gradients: 2e-5 },
} as const

for (const one of cases) {
  const title = `${one.router} ${JSON.stringify(one.options)}${one.training ? " training" : ""}${one.alone === undefined ? "" : " alone"}`
  for (const on of ["reference", "onnxruntime"] as const)
    test(`golden: ${title} on ${on}`, async () => {
      const { objective, values, logits, gates, feeds } = await setting(one)
      const gap = GAPS[on]
      const of = await run({ ...gates, logits }, feeds, values, on)
      assert.deepEqual(
        Object.keys(gates).sort(),
        Object.keys(one.gates)
          .map((unit) => `gates/${unit}`)
          .sort(),
      )
      for (const [unit, expected] of Object.entries(one.gates)) {
        const far = apart(of(`gates/${unit}`), flat(expected))
        assert.ok(far < gap.gates, `gates of ${unit}: ${far}`)
      }
      assert.ok(apart(of("logits"), one.logits) < gap.logits, `logits: ${apart(of("logits"), one.logits)}`)
      if (one.loss === undefined) return
      const { outputs } = one.gradients
        ? withGradients(objective.loss, [...values.keys()])
        : { outputs: { loss: objective.loss } }
      const fit = await run(outputs, feeds, values, on)
      assert.ok(apart(fit("loss"), [one.loss]) < gap.loss, `loss ${fit("loss")[0]}, ${one.loss}`)
      for (const [name, expected] of named(one.gradients ?? {})) {
        const far = apart(fit(`gradient/${name}`), Array.from(expected.data as Float32Array))
        assert.ok(far < gap.gradients, `gradient of ${name}: ${far}`)
      }
    })

  if (one.losses)
    test(`golden: ${title}, AdamW's steps`, async () => {
      const { objective, values, all } = await setting(one)
      const training = withGradients(objective.loss, [...values.keys()])
      const session = await (await engines.reference()).compile(training)
      const learnt = new Map([...values].map(([name, { data }]) => [name, Float32Array.from(data as Float32Array)]))
      const losses = await optimise({
        session,
        program: training,
        values: learnt,
        groups: [{ names: [...values.keys()], learningRate: 0.05, weightDecay: 0.01 }],
        examples: all.length,
        feeds: objective.feeds,
        epochs: one.losses!.length,
        batch: all.length,
        schedule: "linear",
        warmUp: 0,
        order: randomStream(1, "order"),
        noise: randomStream(1, "noise"),
      })
      await session.release()
      // AdamW divides by the size of a gradient: where that is small its rounding is not, so that weights may stray by 1e-5
      assert.ok(apart(losses, one.losses!) < 1e-5, `${[...losses]}, torch ${one.losses}`)
    })
}

/** The golden library and its texts as the artifacts that steps read; the test set is the texts in their order. */
const asStream = async (router: Router) => {
  const bench = { network: await tinyBert(), engine: await engines.reference(), plugins: [router] }
  const each = library.map((_, t) =>
    loraGolden.ids.flatMap((ids, i) => (task[i] === t ? [{ ids, label: loraGolden.labels[i] % CLASSES }] : [])),
  )
  const stream = await smallStream(
    bench,
    each.map((train) => ({ classes: CLASSES, train, test: train })),
    5,
  )
  const artifacts = modules.map((sites, i) => ({
    json: { task: `task ${i}`, adapter: { plugin: "lora", options: options as never } },
    arrays: Object.fromEntries<StoredArray>([
      ...(named(sites as never) as [string, StoredArray][]),
      ...Object.entries(library[i].head).map(([name, host]): [string, StoredArray] => [`head/${name}`, host]),
    ]),
  }))
  return { bench, stream: { ...stream, modules: artifacts, blind: blindOf(texts, library.length) } }
}

for (const one of cases.filter(({ router }) => router === "average_activation" || router === "dam"))
  test(`golden: what ${one.router} ${JSON.stringify(one.options)} makes of features, by the steps of a run`, async () => {
    const router = (await loadPlugin("router", one.router)) as Router
    const { bench, stream } = await asStream(router)
    for (const statistics of ["memory", "train"]) {
      const setting = {
        router,
        options: Schema.decodeUnknownSync(router.options)({ ...one.options, statistics } as never),
      }
      const { arrays } = await fitted(bench, setting, stream)
      for (const [name, { data }] of named(one.constants!)) {
        const far = apart(arrays[`unit/${name}`].data as Float32Array, Array.from(data as Float32Array))
        // float32 features beside float64, values up to 3, written with seven digits
        assert.ok(far < 2e-6, `${name} of ${statistics}: ${far}`)
      }
    }
  })

for (const one of cases.filter(({ router }) => router === "pi_tuning"))
  test(`golden: what pi_tuning ${JSON.stringify(one.options)} makes of Fisher information, by the steps of a run`, async () => {
    const router: Router = piTuning
    const { bench, stream } = await asStream(router)
    const setting = { router, options: Schema.decodeUnknownSync(router.options)(one.options as never) }
    const { arrays } = await fitted(bench, setting, stream)
    for (const [name, { data }] of named(one.constants!)) {
      const far = apart(arrays[`unit/${name}`].data as Float32Array, Array.from(data as Float32Array))
      // float32 information beside float64
      assert.ok(far < 1e-6, `${name}: ${far}`)
    }
  })

for (const one of arrowGolden.cases)
  test(`golden: Arrow ${JSON.stringify(one.options)}, by the steps of a run`, async () => {
    const { bench, stream } = await asStream(arrow)
    const setting = { router: arrow as Router, options: Schema.decodeUnknownSync(arrow.options)(one.options as never) }
    const fit = await fitted(bench, setting, stream)
    for (const [site, expected] of Object.entries(one.prototypes))
      expected.forEach((direction, m) => {
        const own = fit.arrays[`unit/${site}/P`].data.slice(m * direction.length, (m + 1) * direction.length)
        const along = direction.reduce((sum, x, i) => sum + x * Number(own[i]), 0)
        assert.ok(Math.abs(Math.abs(along) - 1) < 1e-6, `prototype ${m} of ${site}: |p . u| ${Math.abs(along)}`)
      })
    const { gates, logits } = await evaluated(bench, setting, stream, fit)
    for (const [site, expected] of Object.entries(one.gates)) {
      // what is kept of gates is their mean over a text's tokens
      const means = expected.map((tokens) =>
        library.map((_, m) => tokens.reduce((sum, row) => sum + row[m], 0) / tokens.length),
      )
      const far = apart(gates[site].data as Float32Array, means)
      assert.ok(far < 1e-5, `gates of ${site}: ${far}`)
    }
    // torch in float32 strays by 8e-6; here prototypes are kept in float32
    assert.ok(
      apart(logits.data as Float32Array, one.logits) < 5e-5,
      `logits: ${apart(logits.data as Float32Array, one.logits)}`,
    )
  })
