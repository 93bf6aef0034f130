/** Routed libraries against PyTorch: L2R's gates, logits and gradients; Arrow's prototypes, gates and logits. */
import assert from "node:assert/strict"
import { test } from "node:test"
import bottleneck from "../../plugins/adapters/bottleneck.ts"
import lora from "../../plugins/adapters/lora.ts"
import arrow from "../../plugins/routers/arrow.ts"
import l2r from "../../plugins/routers/l2r.ts"
import { packed } from "../../src/model/batch.ts"
import { parameterFeeds } from "../../src/model/differentiate.ts"
import { encoder, headLogits } from "../../src/model/encoder.ts"
import { withGradients } from "../../src/model/gradients.ts"
import { joinedHead, type Library } from "../../src/model/library.ts"
import { hostFactors } from "../../src/model/mix.ts"
import { textFeeds } from "../../src/model/optimise.ts"
import { routed } from "../../src/model/routed.ts"
import { unitsOf } from "../../src/model/routing_units.ts"
import {
  type Adapter,
  crossEntropy,
  type HostTensor,
  input,
  packedLayout,
  parameter,
  program,
  type Router,
  Schema,
  type Tensor,
  weight,
} from "../../src/plugin/index.ts"
import bottleneckGolden from "../golden/routed_bottleneck.json" with { type: "json" }
import loraGolden from "../golden/routed_lora.json" with { type: "json" }
import { apart, engines, flat, headOf, hostOf, hostsOf, type Nested, textsOf, tinyBert } from "./golden.ts"

type Golden = typeof loraGolden | typeof bottleneckGolden
type Modules = readonly Readonly<Record<string, Readonly<Record<string, Nested>>>>[]

const decoded = (plugin: Router | Adapter, given: object): unknown =>
  Schema.decodeUnknownSync(plugin.options)(given as never)

const libraryOf = (adapter: Adapter, golden: Golden): Library =>
  (golden.modules as unknown as Modules).map((sites, i) => ({
    task: `task ${i}`,
    adapter,
    options: decoded(adapter, golden.adapter),
    sites: Object.fromEntries(Object.entries(sites).map(([site, parameters]) => [site, hostsOf(parameters)])),
    head: headOf(golden.heads[i] as never),
  }))

type Units = (unit: string) => Readonly<Record<string, Tensor>>

/** Logits over the joined classes, and gates by unit, as formulas. */
const routedLogits = async (router: Router, options: unknown, library: Library, units: Units, training: boolean) => {
  const network = await tinyBert()
  const layout = packedLayout()
  const route = routed(
    { router, options, library, sites: network.checkpoint.sites },
    network.checkpoint.width,
    layout,
    units,
    { training },
  )
  const { features } = encoder(network, route.participant, false, layout)
  const { W, b } = joinedHead(library.map(({ head }) => head))
  const gates = Object.fromEntries([...route.gates].map(([unit, gate]) => [`gates/${unit}`, gate]))
  return { layout, gates, logits: headLogits(features, weight("head/W", W), weight("head/b", b)) }
}

const run = async (
  outputs: Readonly<Record<string, Tensor>>,
  feeds: Readonly<Record<string, HostTensor>>,
  on: keyof typeof engines,
) => {
  const session = await (await engines[on]()).compile(program(outputs))
  const results = await session.run(feeds)
  await session.release()
  return (name: string) => results[name].data as Float32Array
}

for (const [adapter, golden] of [
  [lora, loraGolden],
  [bottleneck, bottleneckGolden],
] as const) {
  const texts = textsOf(golden.ids)
  const labels = Int32Array.from(golden.labels)
  const routers = new Map<string, HostTensor>(
    golden.routers.flatMap((router, l) =>
      Object.entries(hostsOf(router as never)).map(([name, host]) => [`layer.${l}/${name}`, host] as const),
    ),
  )
  const noise = Object.fromEntries(golden.u.map((draws, l) => [`layer.${l}/gumbel`, hostOf(draws)]))

  for (const on of ["reference", "onnxruntime"] as const) {
    const [gateGap, logitGap, gradientGap] = on === "reference" ? [1e-6, 5e-6, 2e-6] : [3e-6, 3e-5, 1e-5]

    test(`golden: L2R over ${adapter.name} modules on ${on}, ${golden.cases.length} settings`, async () => {
      for (const one of golden.cases) {
        const where = `${one.relaxation} ${one.training ? "training" : "evaluating"} tau ${one.temperature} ${one.normalise} ${one.aggregate}`
        const options = decoded(l2r, {
          relaxation: one.relaxation,
          temperature: one.temperature,
          normalise: one.normalise,
          aggregate: one.aggregate,
        })
        const leaf: Units = (unit) =>
          Object.fromEntries(
            ["W", "b"].map((name) => [name, parameter(`${unit}/${name}`, routers.get(`${unit}/${name}`)!.shape)]),
          )
        const { layout, gates, logits } = await routedLogits(
          l2r,
          options,
          libraryOf(adapter, golden),
          leaf,
          one.training,
        )
        const values = new Map([...routers].map(([name, { data }]) => [name, data as Float32Array]))
        const loss = crossEntropy(logits, input("labels", ["examples"], "int", { of: "examples", layout }))
        const { outputs } = withGradients(loss, [...routers.keys()])
        const all = { ...outputs, ...gates, logits }
        const of = await run(
          all,
          {
            ...textFeeds(
              texts,
              labels,
              labels.map((_, i) => i),
            ),
            ...parameterFeeds(program(all), values),
            ...noise,
          },
          on,
        )
        one.gates.forEach((gate, l) =>
          assert.ok(
            apart(of(`gates/layer.${l}`), gate) < gateGap,
            `${where}: gates of layer ${l}, ${apart(of(`gates/layer.${l}`), gate)}`,
          ),
        )
        assert.ok(apart(of("logits"), one.logits) < logitGap, `${where}: logits, ${apart(of("logits"), one.logits)}`)
        if (!("gradients" in one)) continue
        assert.ok(apart(of("loss"), [one.loss as number]) < logitGap, `${where}: loss`)
        for (const [l, gradient] of (one.gradients as { W: Nested; b: Nested }[]).entries())
          for (const [name, expected] of Object.entries(gradient)) {
            const gap = apart(of(`gradient/layer.${l}/${name}`), expected)
            assert.ok(gap < gradientGap, `${where}: gradient of ${name} in layer ${l}, ${gap}`)
          }
      }
    })
  }

  test(`golden: one ${adapter.name} module alone, and uniform gates`, async () => {
    const library = libraryOf(adapter, golden)
    const constantGates = (gates: readonly number[]): Units => {
      const given = weight("given gates", hostOf(gates))
      return () => ({ gates: given })
    }
    const given = { ...l2r, gates: (_query: Tensor, p: Readonly<Record<string, Tensor>>) => p.gates } as Router
    for (const aggregate of ["outputs", "parameters"] as const) {
      const options = decoded(l2r, { aggregate })
      for (const [i, expected] of golden.single.entries()) {
        const { logits } = await routedLogits(
          given,
          options,
          library,
          constantGates(library.map((_, j) => (i === j ? 1 : 0))),
          false,
        )
        assert.ok(
          apart((await run({ logits }, packed(texts), "reference"))("logits"), expected) < 5e-6,
          `${aggregate}: module ${i}`,
        )
      }
      const { logits } = await routedLogits(given, options, library, constantGates(library.map(() => 1 / 3)), false)
      assert.ok(
        apart((await run({ logits }, packed(texts), "reference"))("logits"), golden.uniform[aggregate]) < 5e-6,
        `${aggregate}: uniform`,
      )
    }
  })
}

const prototypesOf = (library: Library, unit: string): HostTensor => {
  const factors = library.map(({ sites, options }) => [
    { site: unit, ...hostFactors({ adapter: lora, options }, sites[unit])! },
  ])
  const constants = arrow.prepare!(
    { unit, tasks: library.map(({ task }) => task), factors, sharing: factors },
    decoded(arrow, {}) as never,
  )
  assert.ok(typeof constants !== "string")
  return constants.P
}

test("golden: Arrow's prototypes, up to their sign", () => {
  const library = libraryOf(lora, loraGolden)
  for (const [site, expected] of Object.entries(loraGolden.arrow.prototypes)) {
    const { shape, data } = prototypesOf(library, site)
    assert.deepEqual(shape, [3, 16])
    expected.forEach((direction, m) => {
      const own = Array.from(data.slice(m * 16, (m + 1) * 16) as Float32Array)
      const sign = Math.sign(own.reduce((sum, x, i) => sum + x * direction[i], 0))
      assert.ok(
        apart(
          own.map((x) => sign * x),
          direction,
        ) < 2e-6,
        `${site}, module ${m}`,
      )
    })
  }
})

for (const on of ["reference", "onnxruntime"] as const)
  test(`golden: Arrow's gates and logits with both mixes on ${on}`, async () => {
    const library = libraryOf(lora, loraGolden)
    const { sites } = (await tinyBert()).checkpoint
    const { top_k, temperature, cases } = loraGolden.arrow
    for (const one of cases) {
      const options = decoded(arrow, { top_k, temperature, mix: one.mix })
      const units = unitsOf(arrow.routing(options as never), library, sites)
      assert.deepEqual([...units], Object.keys(one.gates))
      const { gates, logits } = await routedLogits(
        arrow,
        options,
        library,
        (unit) => ({ P: weight(`P/${unit}`, prototypesOf(library, unit)) }),
        false,
      )
      const of = await run({ ...gates, logits }, packed(textsOf(loraGolden.ids)), on)
      for (const [unit, expected] of Object.entries(one.gates)) {
        const gap = apart(of(`gates/${unit}`), flat(expected))
        assert.ok(gap < 1e-5, `${one.mix}: gates of ${unit}, ${gap}`)
      }
      assert.ok(apart(of("logits"), one.logits) < 5e-5, `${one.mix}: logits, ${apart(of("logits"), one.logits)}`)
    }
  })
