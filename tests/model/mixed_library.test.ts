/** A library whose modules are of unlike kind and rank: each keeps its gate, however the library is mixed. */
import assert from "node:assert/strict"
import { test } from "node:test"
import bottleneck from "../../plugins/adapters/bottleneck.ts"
import lora from "../../plugins/adapters/lora.ts"
import { packed } from "../../src/model/batch.ts"
import { encoder, type Network } from "../../src/model/encoder.ts"
import type { TrainedModule } from "../../src/model/library.ts"
import { frozen, initialsFor } from "../../src/model/single.ts"
import { type Adapter, type HostTensor, randomStream, Schema } from "../../src/plugin/index.ts"
import { type Mix, underGivenGates } from "../../src/testing/given_gates.ts"
import { assertNear, gap } from "../../src/testing/nearness.ts"
import { run } from "../../src/testing/run_program.ts"
import { engineOf, toyNetwork, toyTexts } from "../../src/testing/toy_network.ts"

const texts = toyTexts(4, randomStream(1, "texts"))

const moduleOf = ({ checkpoint }: Network, adapter: Adapter, written: object, seed: number): TrainedModule => {
  const options = Schema.decodeUnknownSync(adapter.options)(written as never)
  const random = randomStream(seed, "module")
  const sites: Record<string, Record<string, HostTensor>> = {}
  for (const [name, { shape }] of initialsFor(adapter, options, checkpoint.sites)) {
    const cut = name.lastIndexOf("/")
    const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 0.5 * random.normal())
    sites[name.slice(0, cut)] = { ...sites[name.slice(0, cut)], [name.slice(cut + 1)]: { shape, data } }
  }
  return {
    task: `task ${seed}`,
    adapter,
    options,
    sites,
    head: { W: { shape: [8, 1], data: new Float32Array(8) }, b: { shape: [1], data: new Float32Array(1) } },
  }
}

const made = (async () => {
  const network = await toyNetwork()
  const modules = [
    moduleOf(network, bottleneck, { reduction: 2 }, 1),
    moduleOf(network, lora, { rank: 2, alpha: 1, targets: ["query", "output"] }, 2),
    moduleOf(network, bottleneck, { reduction: 4, activation: "tanh", place: "houlsby" }, 3),
    moduleOf(network, lora, { rank: 3, alpha: 6 }, 4),
  ]
  return { network, modules }
})()

const mixes: readonly Mix[] = [
  { aggregate: "outputs", granularity: "example" },
  { aggregate: "outputs", granularity: "token" },
  { aggregate: "parameters", mix: "factors", granularity: "example" },
  { aggregate: "parameters", mix: "outer", granularity: "token" },
]

for (const mix of mixes)
  test(`each module alone is itself: ${JSON.stringify(mix)}`, async () => {
    const { network, modules } = await made
    const engine = await engineOf("reference")
    const seen: HostTensor[] = []
    for (const [m, module] of modules.entries()) {
      const query = { shape: [4, 4], data: Float64Array.from({ length: 16 }, (_, i) => (i % 4 === m ? 1 : 0)) }
      const { y } = await run(engine, { y: underGivenGates(network, modules, mix) }, { ...packed(texts), query })
      const alone = await run(engine, { y: encoder(network, frozen(module)).features }, packed(texts))
      assertNear(y, alone.y, 2e-6, `module ${m + 1}`)
      for (const other of seen) assert.ok(gap(y, other) > 1e-2)
      seen.push(y)
    }
  })
