/**
 * A head that reads one token: the last block is computed for it alone, under adapters of every kind and routers of
 * every level and granularity, and features and gradients are those of the whole computation.
 */
import assert from "node:assert/strict"
import { test } from "node:test"
import { packed } from "../../src/model/batch.ts"
import { encoder, type Network, type Participant } from "../../src/model/encoder.ts"
import { flopsOf } from "../../src/model/flops.ts"
import { routed } from "../../src/model/routed.ts"
import { trainable } from "../../src/model/single.ts"
import {
  type Adapter,
  defineRouter,
  grad,
  input,
  matmul,
  mul,
  NoOptions,
  nameOf,
  overExamples,
  packedLayout,
  parameter,
  pool,
  program,
  type Routing,
  randomStream,
  Schema,
  sin,
  softmax,
  sum,
  type Tensor,
  tokenRows,
} from "../../src/plugin/index.ts"
import { loadPlugin } from "../../src/plugin/load.ts"
import { moduleArrays, moduleWith } from "../../src/testing/adapter.ts"
import { assertNear } from "../../src/testing/nearness.ts"
import { noiseFor, run, sizesOf } from "../../src/testing/run_program.ts"
import { engineOf, toyNetwork, toyTexts } from "../../src/testing/toy_network.ts"

const kinds: readonly (readonly [string, object])[] = [
  ["lora", { rank: 3, alpha: 6, targets: ["query", "attention_output", "intermediate", "output"] }],
  ["lora", { rank: 3, alpha: 6, decomposed: true }],
  ["bottleneck", { reduction: 2, place: "houlsby" }],
  ["bottleneck", { reduction: 4, place: "parallel" }],
  ["ia3", {}],
  ["bitfit", {}],
  ["layer_norm", {}],
  ["prefix", { length: 2 }],
  ["sparse", { share: 0.2 }],
  ["full", { targets: ["value", "output"] }],
]

const texts = toyTexts(5, randomStream(1, "texts"))
const network = async (pooling: string): Promise<Network> => {
  const { backbone, checkpoint } = await toyNetwork()
  return { backbone, checkpoint: { ...checkpoint, config: { ...checkpoint.config, pooling } } }
}

const adapterOf = async ([name, written]: (typeof kinds)[number]) => {
  const adapter = (await loadPlugin("adapter", name)) as Adapter
  return { adapter, options: Schema.decodeUnknownSync(adapter.options)(written as never) as unknown }
}

/** Sum over the tokens that a head reads of h sin h: of the features, and of all tokens with a mark; with what `of` makes beside. */
const losses = (net: Network, of: (layout: ReturnType<typeof packedLayout>) => Participant) => {
  const layout = packedLayout()
  const { hidden, features } = encoder(net, of(layout), false, layout)
  const marked = input("marked", ["length"], "float", tokenRows(layout))
  const each = (x: Tensor) => sum(mul(x, sin(x)), -1)
  return { read: overExamples(each(features), "sum"), whole: overExamples(mul(each(hidden), marked), "sum") }
}

const agree = async (
  net: Network,
  of: (layout: ReturnType<typeof packedLayout>) => Participant,
  values: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: Float64Array }>>,
) => {
  const feeds = packed(texts)
  const marked = new Float64Array(feeds.ids.data.length)
  for (const row of feeds[net.checkpoint.config.pooling === "cls" ? "first" : "last"].data) marked[Number(row)] = 1
  const { read, whole } = losses(net, of)
  const outputs = (loss: Tensor) => {
    const { parameters } = program({ loss })
    return { loss, ...Object.fromEntries(grad(loss, parameters).map((g, i) => [nameOf(parameters[i]), g])) }
  }
  const noise = noiseFor({ read }, sizesOf(texts), randomStream(2, "noise"))
  const all = { ...feeds, ...noise, ...values, marked: { shape: [marked.length], data: marked } }
  const engine = await engineOf("reference")
  const [some, wholes] = [await run(engine, outputs(read), all), await run(engine, outputs(whole), all)]
  for (const name of Object.keys(wholes)) assertNear(some[name], wholes[name], 1e-9, name)
  const sizes = { tokens: 1000, examples: 10, length: 100 }
  const share = flopsOf(program(outputs(read)), sizes) / flopsOf(program(outputs(whole)), sizes)
  assert.ok(share < 0.85, `a share of ${share} of the whole is still computed`)
}

for (const kind of kinds)
  test(`one token is read: ${kind[0]} ${JSON.stringify(kind[1])}`, async () => {
    const { adapter, options } = await adapterOf(kind)
    for (const pooling of ["cls", "last"]) {
      const net = await network(pooling)
      const arrays = moduleArrays(adapter, options, net, 4)
      const values = Object.fromEntries(arrays) as never
      await agree(net, () => trainable(adapter, options, net.checkpoint.sites, { training: true }, arrays), values)
    }
  })

const routings: readonly Routing[] = [
  { query: "block", level: "layer", granularity: "example", aggregate: "outputs" },
  { query: "block", level: "layer", granularity: "example", aggregate: "parameters" },
  { query: "block", level: "layer", granularity: "token", aggregate: "outputs" },
  { query: "block", level: "layer", granularity: "token", aggregate: "parameters" },
  { query: "site", level: "site", granularity: "token", aggregate: "outputs", mix: "outer" },
  { query: "block", level: "model", granularity: "token", aggregate: "outputs" },
]

for (const routing of routings)
  test(`one token is read: a library of every kind, ${Object.values(routing).join(" ")}`, async () => {
    const net = await network("cls")
    const modules = await Promise.all(
      kinds.map(async (kind, m) => {
        const { adapter, options } = await adapterOf(kind)
        return moduleWith(adapter, options, net, m + 1)
      }),
    )
    const library = routing.level === "site" ? modules.slice(0, 1).concat(modules[0]) : modules
    const width = (unit: string) =>
      routing.level === "site" ? net.checkpoint.sites.find((s) => s.name === unit)!.in : 8
    const values: Record<string, { shape: readonly number[]; data: Float64Array }> = {}
    const random = randomStream(7, "router")
    const router = defineRouter({
      name: "given",
      summary: "softmax of the state",
      options: NoOptions,
      routing: () => routing,
      gates: (query, p) =>
        softmax(matmul(routing.granularity === "token" ? query : pool("mean", query), (p as Record<string, Tensor>).W)),
    })
    const unit = (name: string) => {
      const shape = [width(name), library.length]
      values[`${name}/W`] ??= { shape, data: Float64Array.from({ length: shape[0] * shape[1] }, () => random.normal()) }
      return { W: parameter(`${name}/W`, shape) }
    }
    const participant = (layout: ReturnType<typeof packedLayout>) =>
      routed({ router, options: {}, library, sites: net.checkpoint.sites }, 8, layout, unit, { training: false })
        .participant
    await agree(net, participant, values)
  })
