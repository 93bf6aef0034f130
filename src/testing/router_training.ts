/** Checks of routers that are trained by gradient on a memory. */
import assert from "node:assert/strict"
import { packed } from "../model/batch.ts"
import { encoder, headLogits } from "../model/encoder.ts"
import { withGradients } from "../model/gradients.ts"
import { joinedHead, type Library } from "../model/library.ts"
import { routed } from "../model/routed.ts"
import {
  crossEntropy,
  type HostTensor,
  type Initials,
  input,
  nameOf,
  packedLayout,
  parameter,
  program,
  type RandomStream,
  randomStream,
  weight,
} from "../plugin/index.ts"
import { headIn, libraryFrom, textsIn, unitsIn } from "../run/steps/given.ts"
import type { Check } from "./check.ts"
import { assertGradient, gap } from "./nearness.ts"
import { fitted, type Setting } from "./routed_stream.ts"
import { toyBench } from "./router_bench.ts"
import { noiseFor, sizesOf } from "./run_program.ts"
import type { ToyStream } from "./toy_stream.ts"
import { type Bench, workOf } from "./work.ts"

/** True where its gates draw noise while it is trained; false too where they cannot be computed at all, which other checks find. */
export const drawsNoise = ({ router, options }: Setting): boolean => {
  if (!router.parameters) return false
  const layout = packedLayout()
  const { query } = router.routing(options)
  const x =
    query === "block" || query === "site"
      ? input("x", ["tokens", 4], "float", { of: "tokens", layout })
      : input("x", ["examples", 4], "float", { of: "examples", layout })
  const initials: Initials = router.parameters({ width: 4, modules: 2 }, options)
  const p = Object.fromEntries(Object.entries(initials).map(([name, { shape }]) => [name, parameter(name, shape)]))
  try {
    return program({ gates: router.gates(x, p, options, { training: true, modules: 2 }) }).noise.length > 0
  } catch {
    return false
  }
}

export const trainingChecks = (setting: Setting, smooth: boolean): readonly Check[] => {
  const changes: Check["run"] = async () => {
    const { bench, stream } = await toyBench(setting.router)
    const [kept, refit] = [await fitted(bench, setting, stream), await fitted(bench, setting, stream, "refit")]
    for (const [unit, parts] of Object.entries(unitsIn(kept)))
      assert.ok(
        Object.values(parts).some(({ data }) => (data as Float32Array).some((x) => x !== 0)),
        `everything is zero at ${unit}`,
      )
    assert.equal(kept.arrays["head/W"], undefined)
    assert.ok(
      gap(refit.arrays["head/W"], joinedHead(stream.modules.map(headIn)).W) > 1e-3,
      "the heads stay as they are",
    )
  }

  const gradients: Check["run"] = async () => {
    const { bench, stream } = await toyBench(setting.router)
    const random = randomStream(9, "parameters of a router")
    const { loss, values } = await lossOf(bench, setting, stream, random)
    const training = withGradients(loss, [...values.keys()])
    const texts = textsIn(stream.blind, "test").slice(0, 5)
    const query = training.inputs.find((leaf) => nameOf(leaf) === "query")
    const width = Number(query?.shape[1] ?? 0)
    const feeds = {
      ...packed(texts),
      ...noiseFor(training.outputs, sizesOf(texts), random),
      labels: { shape: [texts.length], data: Int32Array.from(texts, (_, i) => i) },
      query: {
        shape: [texts.length, width],
        data: Float64Array.from({ length: texts.length * width }, () => random.uniform()),
      },
      ...Object.fromEntries(values),
    }
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

/** The loss on the joined classes while training, with random values for what is trained. */
const lossOf = async (bench: Bench, { router, options }: Setting, stream: ToyStream, random: RandomStream) => {
  const library: Library = await libraryFrom(workOf(bench, {}, {}), stream.modules)
  const { checkpoint } = bench.network
  const own = new Set(Object.keys(router.parameters!({ width: checkpoint.width, modules: library.length }, options)))
  const values: Values = new Map()
  const units = unitsIn(await fitted(bench, { router, options }, stream))
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
  const layout = packedLayout()
  const route = routed({ router, options, library, sites: checkpoint.sites }, checkpoint.width, layout, leaves, {
    training: true,
  })
  const { features } = encoder(bench.network, route.participant, false, layout)
  const { W, b } = joinedHead(library.map(({ head }) => head))
  const logits = headLogits(features, weight("head/W", W), weight("head/b", b))
  return { loss: crossEntropy(logits, input("labels", ["examples"], "int", { of: "examples", layout })), values }
}
