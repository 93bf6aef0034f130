/** A library whose modules are of unlike kind and rank: each keeps its gate, however the library is mixed. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { packed } from "../../src/model/batch.ts"
import { encoder, type Network } from "../../src/model/encoder.ts"
import type { TrainedModule } from "../../src/model/library.ts"
import { routed } from "../../src/model/routed.ts"
import { frozen } from "../../src/model/single.ts"
import {
  type Adapter,
  assembled,
  defineRouter,
  type HostTensor,
  matmul,
  NoOptions,
  packedLayout,
  pool,
  randomStream,
  Schema,
  softmax,
  type Tensor,
  weight,
} from "../../src/plugin/index.ts"
import { loadPlugin } from "../../src/plugin/load.ts"
import { moduleWith } from "../../src/testing/adapter.ts"
import { type Mix, underGivenGates } from "../../src/testing/given_gates.ts"
import { assertNear, gap } from "../../src/testing/nearness.ts"
import { run } from "../../src/testing/run_program.ts"
import { engineOf, toyNetwork, toyTexts } from "../../src/testing/toy_network.ts"

const texts = toyTexts(4, randomStream(1, "texts"))

const moduleOf = async (network: Network, name: string, written: object, seed: number): Promise<TrainedModule> => {
  const adapter = (await loadPlugin("adapter", name)) as Adapter
  return moduleWith(adapter, Schema.decodeUnknownSync(adapter.options)(written as never), network, seed)
}

const kinds: readonly (readonly [string, object])[] = [
  ["prompt", { length: 2 }],
  ["bottleneck", { reduction: 2 }],
  ["lora", { rank: 2, alpha: 1, targets: ["query", "output"] }],
  ["bottleneck", { reduction: 4, activation: "tanh", place: "houlsby" }],
  ["lora", { rank: 3, alpha: 6 }],
  ["lora", { rank: 3, alpha: 6, decomposed: true }],
  ["ia3", {}],
  ["bottleneck", { reduction: 4, place: "parallel" }],
  ["compacter", { reduction: 4, n: 2 }],
  ["bitfit", {}],
  ["layer_norm", {}],
  ["prefix", { length: 2 }],
  ["sparse", { share: 0.2 }],
  ["full", { targets: ["value"] }],
]

const made = (async () => {
  const network = await toyNetwork()
  const modules = await Promise.all(kinds.map(([name, written], m) => moduleOf(network, name, written, m + 1)))
  const [, narrow, lowRank] = modules
  const adapter = assembled((await loadPlugin("adapter", "stack")) as Adapter, [lowRank, narrow])
  const piled = moduleWith(adapter, { of: ["low_rank", "narrow"] }, network, 99)
  return { network, modules: [...modules, piled] }
})()

const features = async (network: Network, modules: readonly TrainedModule[], mix: Mix, rows: readonly number[][]) => {
  const query = { shape: [rows.length, modules.length], data: Float64Array.from(rows.flat()) }
  const outputs = { y: underGivenGates(network, modules, mix) }
  return (await run(await engineOf("reference"), outputs, { ...packed(texts), query })).y
}

const mixes: readonly Mix[] = [
  { aggregate: "outputs", granularity: "example" },
  { aggregate: "outputs", granularity: "token" },
  { aggregate: "parameters", mix: "factors", granularity: "example" },
  { aggregate: "parameters", mix: "outer", granularity: "token" },
]

for (const mix of mixes)
  test(`each module alone is itself, among fifteen unlike ones: ${JSON.stringify(mix)}`, async () => {
    const { network, modules } = await made
    const seen: HostTensor[] = []
    const weighed = modules.filter(({ adapter }) => adapter.name !== "prompt" || mix.granularity === "example")
    for (const module of weighed) {
      const m = modules.indexOf(module)
      const only = texts.map(() => modules.map((_, i) => (i === m ? 1 : 0)))
      // No average of keys is nothing: a prefix of zeros takes attention away. Tokens are there whatever their gates,
      // and no token of a text can weigh those of a prompt.
      const absent = (name: string): boolean =>
        name === "prompt" || (name === "prefix" && mix.aggregate === "parameters")
      const library = modules.map((one) => (one !== module && absent(one.adapter.name) ? { ...one, sites: {} } : one))
      const y = await features(network, library, mix, only)
      const alone = await run(
        await engineOf("reference"),
        { y: encoder(network, frozen(module)).features },
        packed(texts),
      )
      assertNear(y, alone.y, 2e-6, module.adapter.name)
      for (const other of seen) assert.ok(gap(y, other) > 1e-2)
      seen.push(y)
    }
  })

test("sparse modules with unlike places are added up, never averaged place by place", async () => {
  const { network } = await made
  const library = await Promise.all([1, 2].map((seed) => moduleOf(network, "sparse", { share: 0.1 }, seed)))
  const moved = (module: TrainedModule): TrainedModule => ({
    ...module,
    sites: Object.fromEntries(
      Object.entries(module.sites).map(([site, { places, values }]) => [
        site,
        { values, places: { ...places, data: Int32Array.from(places.data as Int32Array, (at) => 63 - at).sort() } },
      ]),
    ),
  })
  const unlike = [library[0], moved(library[1])]
  const gates = texts.map((_, i) => [0.3 + i / 10, 0.9 - i / 5])
  const outputs = await features(network, unlike, { aggregate: "outputs", granularity: "example" }, gates)
  const parameters = await features(network, unlike, { aggregate: "parameters", granularity: "example" }, gates)
  assertNear(parameters, outputs, 2e-6, "the average of sparse updates and of their outputs")
  assert.ok(
    gap(await features(network, library, { aggregate: "outputs", granularity: "example" }, gates), outputs) > 1e-3,
  )
})

test("what stands before the first block is gated by what that block would get without modules", async () => {
  const { network } = await made
  const library = await Promise.all([1, 2].map((seed) => moduleOf(network, "bitfit", {}, seed)))
  const random = randomStream(2, "gates")
  const W = weight("W", { shape: [8, 2], data: Float64Array.from({ length: 16 }, () => random.normal()) })
  const byState = (h: Tensor) => softmax(matmul(pool("mean", h), W))
  const router = defineRouter({
    name: "by_state",
    summary: "gates from the state of the block",
    options: NoOptions,
    routing: () => ({ query: "block", level: "layer", granularity: "example", aggregate: "outputs" }),
    gates: byState,
  })
  const layout = packedLayout()
  const given = { router, options: {}, library, sites: network.checkpoint.sites }
  const route = routed(given, 8, layout, () => ({}), { training: false })
  encoder(network, route.participant, false, layout)
  const states: Tensor[] = []
  encoder(network, { block: (_layer, hidden) => states.push(hidden) }, false, layout)
  const outputs = {
    first: route.gates.get("layer.0")!,
    second: route.gates.get("layer.1")!,
    bareFirst: byState(states[0]),
    bareSecond: byState(states[1]),
  }
  const found = await run(await engineOf("reference"), outputs, packed(texts))
  assertNear(found.first, found.bareFirst, 1e-12, "gates of the first block")
  assert.ok(gap(found.second, found.bareSecond) > 1e-3, "modules change what the second block gets")
})
