/** Checks of routers that are trained by gradient, or searched. */
import assert from "node:assert/strict"
import { withGradients } from "../model/gradients.ts"
import { joinedHead, type Library } from "../model/library.ts"
import {
  fitsHeads,
  type HostTensor,
  type Initials,
  input,
  packedLayout,
  parameter,
  program,
  type RandomStream,
  randomStream,
  TOKEN_QUERIES,
  weight,
} from "../plugin/index.ts"
import { fitExamples } from "../run/steps/fit/examples.ts"
import { fitObjective } from "../run/steps/fit/objective.ts"
import { headIn, libraryFrom, unitsIn } from "../run/steps/given.ts"
import type { Check } from "./check.ts"
import { assertGradient, gap } from "./nearness.ts"
import { fitted, fittedOnce, type Setting } from "./routed_stream.ts"
import { toyBench } from "./router_bench.ts"
import { noiseFor } from "./run_program.ts"
import type { ToyStream } from "./toy_stream.ts"
import { type Bench, workOf } from "./work.ts"

/** True where its gates draw noise while it is trained; false too where they cannot be computed at all, which other checks find. */
export const drawsNoise = ({ router, options }: Setting): boolean => {
  if (!router.parameters) return false
  const layout = packedLayout()
  const { query } = router.routing(options)
  const x = TOKEN_QUERIES.includes(query)
    ? input("x", ["tokens", 4], "float", { of: "tokens", layout })
    : input("x", ["examples", 4], "float", { of: "examples", layout })
  const initials: Initials = router.parameters({ width: 4, modules: 2, out: 4 }, options)
  const p = Object.fromEntries(Object.entries(initials).map(([name, { shape }]) => [name, parameter(name, shape)]))
  try {
    return program({ gates: router.gates(x, p, options, { training: true, modules: 2 }) }).noise.length > 0
  } catch {
    return false
  }
}

/** True where some of its first values are drawn by chance and there are as many of them as modules: each place in the library has its own. */
export const drawsPlaces = ({ router, options }: Setting): boolean => {
  if (!router.parameters) return false
  const [few, more] = [2, 3].map((modules): Initials => router.parameters!({ width: 4, modules, out: 4 }, options))
  return Object.entries(few).some(
    ([name, { shape, draw }]) => draw !== "zeros" && draw !== "ones" && String(shape) !== String(more[name].shape),
  )
}

export const trainingChecks = (setting: Setting, smooth: boolean): readonly Check[] => {
  const changes: Check["run"] = async () => {
    const { bench, stream } = await toyBench(setting.router)
    const [kept, refit] = [await fittedOnce(bench, setting, stream), await fitted(bench, setting, stream, "refit")]
    for (const [unit, parts] of Object.entries(unitsIn(kept)))
      assert.ok(
        Object.values(parts).some(({ data }) => (data as Float32Array).some((x) => x !== 0)),
        `everything is zero at ${unit}`,
      )
    assert.equal(kept.arrays["head/W"], undefined)
    if (!fitsHeads(setting.router.fit?.(setting.options) ?? {})) return
    assert.ok(
      gap(refit.arrays["head/W"], joinedHead(stream.modules.map(headIn)).W) > 1e-3,
      "the heads stay as they are",
    )
  }

  const gradients: Check["run"] = async () => {
    const { bench, stream } = await toyBench(setting.router)
    const random = randomStream(9, "parameters of a router")
    const { loss, values, feeds: batch } = await lossOf(bench, setting, stream, random)
    const training = withGradients(loss, [...values.keys()])
    const sizes = { examples: batch.labels.shape[0], tokens: batch.ids.shape[0] }
    const feeds = { ...batch, ...noiseFor(training.outputs, sizes, random), ...Object.fromEntries(values) }
    const found = await (await bench.engine.compile(training)).run(feeds)
    const alone = await bench.engine.compile(program({ loss }))
    for (const [name, { data }] of values)
      await assertGradient(name, data, found[`gradient/${name}`].data, async () =>
        Number((await alone.run(feeds)).loss.data[0]),
      )
  }

  return [
    { name: "training changes its parameters, and the heads where they are refitted", run: changes },
    {
      name: "gradients of its parameters are those of central differences",
      run: gradients,
      ...(smooth ? {} : { skip: "it is said not to be smooth" }),
    },
  ]
}

type Values = Map<string, HostTensor & { readonly data: Float64Array }>

/** What its fit minimises while training, with random values for what is trained. */
const lossOf = async (bench: Bench, setting: Setting, stream: ToyStream, random: RandomStream) => {
  const { router, options } = setting
  const { checkpoint } = bench.network
  const fit = await fittedOnce(bench, setting, stream)
  const work = workOf(bench, {}, { ...stream, previous: [fit] })
  const library: Library = await libraryFrom(work, stream.modules)
  const own = new Set(
    Object.keys(
      router.parameters!({ width: checkpoint.width, modules: library.length, out: checkpoint.width }, options),
    ),
  )
  const values: Values = new Map()
  const units = unitsIn(fit)
  const leaves = (unit: string) =>
    Object.fromEntries(
      Object.entries(units[unit] ?? {}).map(([part, host]) => {
        const name = `${unit}/${part}`
        if (!own.has(part)) return [part, weight(name, host)]
        values.set(name, {
          shape: host.shape,
          data: Float64Array.from(host.data as Float32Array, () => 0.5 * random.normal()),
        })
        return [part, parameter(name, host.shape)]
      }),
    )
  const examples = fitExamples(work, router.routing(options), router.fit?.(options) ?? {}, 1)
  const { loss, feeds } = fitObjective({
    net: bench.network,
    router,
    options,
    library,
    examples,
    head: "kept",
    tensors: leaves,
    training: true,
  })
  const every = Int32Array.from(examples.texts.slice(0, 6).keys())
  return { loss, values, feeds: feeds(every) }
}
