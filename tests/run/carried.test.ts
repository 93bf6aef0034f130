/**
 * Modules carried over: a planted order of a backbone's features is found by the states alone (I15), for every adapter that
 * says what its axes count, and the carried module does there what it did here; unlike widths; what can't be carried.
 */
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { freshModule } from "../../src/model/initial.ts"
import type { Artifact, StoredArray } from "../../src/plan/step.ts"
import { type Adapter, type Backbone, randomStream, Schema } from "../../src/plugin/index.ts"
import { loadPlugin } from "../../src/plugin/load.ts"
import { storedTexts } from "../../src/run/steps/given.ts"
import { turnedDown } from "../../src/run/steps/not_served.ts"
import { plantedOrder } from "../../src/testing/another_order.ts"
import { engineOf } from "../../src/testing/toy_network.ts"
import { type Bench, backbone, perform } from "../../src/testing/work.ts"
import { type Sibling, writeSibling } from "./siblings.ts"

const place = mkdtempSync(join(tmpdir(), "l2r-carried-"))
after(() => rmSync(place, { recursive: true, force: true }))

const here = { ...backbone, fingerprint: "here" }
const there = { ...backbone, fingerprint: "there" }
const WORDS = "animal bird fish house stone metal person mind feeling wing leaf root the is of with".split(" ")

let bert: Backbone
const networkOf = async (name: string, sibling: Sibling) => {
  const folder = join(place, name)
  await writeSibling(folder, sibling)
  return {
    backbone: bert,
    checkpoint: await bert.load(folder, { max_tokens: 14, pooling: "mean" }, { directory: place }),
  }
}
let bench: Bench
let wide: Bench
before(async () => {
  bert = (await loadPlugin("backbone", "bert")) as Backbone
  const source = await networkOf("source", {})
  const engine = await engineOf("reference")
  bench = { network: source, engine, others: { there: source, here: await networkOf("shuffled", { shuffled: true }) } }
  wide = {
    network: source,
    engine,
    others: { there: source, here: await networkOf("wide", { width: 20, layers: 3, seed: 4 }) },
  }
})

const texts = (count: number): readonly string[] => {
  const random = randomStream(8, "texts")
  return Array.from({ length: count }, () =>
    Array.from({ length: 3 + random.below(6) }, () => WORDS[random.below(WORDS.length)]).join(" "),
  )
}
const tokensOn = (at: Bench, which: "here" | "there"): Artifact => {
  const { checkpoint } = at.others![which]
  return { json: {}, arrays: storedTexts("train", bert.tokenize(texts(60), checkpoint)) }
}

const adapterNamed = async (plugin: string, written: object) => {
  const adapter = (await loadPlugin("adapter", plugin)) as Adapter
  return { plugin, adapter, options: Schema.decodeUnknownSync(adapter.options)(written as never) as object }
}

/** A module on the source whose numbers are not small. */
const moduleOf = ({ plugin, adapter, options }: Awaited<ReturnType<typeof adapterNamed>>, at: Bench): Artifact => {
  const random = randomStream(3, plugin)
  const fresh = freshModule(at.others!.there, adapter, options, (name) => randomStream(3, name))
  const arrays = [...fresh].map(([name, { shape, data }]) => [
    name,
    {
      shape,
      data: data instanceof Int32Array ? data : Float32Array.from(data as Float32Array, () => 0.4 * random.normal()),
    },
  ])
  return {
    json: { task: "one", adapter: { plugin, options: options as never } },
    arrays: Object.fromEntries(arrays) as Record<string, StoredArray>,
  }
}

const carry = async (at: Bench, transfer: string, written: object, plugin: string, options: object) => {
  const known = await adapterNamed(plugin, options)
  const module = moduleOf(known, at)
  const kind = await loadPlugin("transfer", transfer)
  const chosen = { plugin: transfer, options: Schema.decodeUnknownSync(kind.options)(written as never) }
  const adapter = { plugin, options: known.options }
  const start = await perform(
    at,
    "port",
    { how: "ported", backbone: here, source: there, adapter, transfer: chosen },
    { module, tokens: tokensOn(at, "here"), sourceTokens: tokensOn(at, "there") },
  )
  return { module, start }
}

/** Pooled states of texts under a module. */
const statesUnder = async (at: Bench, which: "here" | "there", module: Artifact) => {
  const { checkpoint } = at.others![which]
  const blind = { json: {}, arrays: storedTexts("test", bert.tokenize(texts(12), checkpoint)) }
  const own = { what: "module", backbone: which === "here" ? here : there, seed: 1 }
  return (
    await perform(at, "encode", own, {
      module: { ...module, json: { task: "one", ...(module.json as object) } },
      blind,
    })
  ).arrays.features
}

const CARRIED: readonly (readonly [string, object])[] = [
  ["lora", { rank: 3, targets: ["query", "key", "value", "attention_output", "intermediate", "output"] }],
  ["lora", { decomposed: true }],
  ["bottleneck", { width: 3 }],
  ["bottleneck", { width: 3, place: "houlsby", activation: "gelu" }],
  ["bottleneck", { reduction: 4, place: "parallel" }],
  ["prefix", { length: 2 }],
  ["prompt", { length: 2 }],
  ["ia3", {}],
  ["bitfit", {}],
  ["layer_norm", {}],
  ["full", { targets: ["query", "output"] }],
]

for (const [plugin, options] of CARRIED)
  test(`I15: ${plugin} ${JSON.stringify(options)} finds the planted order, and does the same there`, async () => {
    const { module, start } = await carry(bench, "correlation", {}, plugin, options)
    assert.equal(turnedDown(start), undefined)
    const before = await statesUnder(bench, "there", module)
    const after = await statesUnder(bench, "here", start)
    const order = plantedOrder(16)
    const [texts, width] = before.shape
    let moved = 0
    for (let t = 0; t < texts; t++)
      for (let i = 0; i < width; i++) {
        const gap = Math.abs(Number(after.data[t * width + i]) - Number(before.data[t * width + order[i]]))
        moved = Math.max(moved, gap)
      }
    // Weights of both are the same float16 numbers; sums are in another order.
    assert.ok(moved < 2e-5, `${moved}`)
    const [skipped] = [await carry(bench, "skip", {}, plugin, options)]
    const unmatched = await statesUnder(bench, "here", skipped.start)
    assert.ok(Math.max(...unmatched.data.map((x, k) => Math.abs(Number(x) - Number(after.data[k])))) > 1e-3)
  })

test("onto the same backbone every transfer gives the module itself", async () => {
  const same: Bench = { ...bench, others: { here: bench.network, there: bench.network } }
  for (const transfer of ["skip", "average", "correlation"])
    for (const [plugin, options] of [
      ...CARRIED,
      ["sparse", {}] as const,
      ["compacter", {}] as const,
      ["prefix", { hidden: 3 }] as const,
    ]) {
      const { module, start } = await carry(same, transfer, {}, plugin, options)
      if (transfer === "correlation" && ["sparse", "compacter"].includes(plugin)) {
        assert.match(turnedDown(start)!, /does not say which axes/)
        continue
      }
      if (turnedDown(start) !== undefined) {
        assert.ok("hidden" in options && transfer === "correlation", turnedDown(start))
        continue
      }
      assert.deepEqual(Object.keys(start.arrays).sort(), Object.keys(module.arrays).sort())
      for (const [name, { data }] of Object.entries(start.arrays))
        assert.deepEqual(Array.from(data), Array.from(module.arrays[name].data), `${transfer} ${plugin} ${name}`)
    }
})

test("onto a wider and deeper backbone: features without a partner read and write nothing", async () => {
  const { module, start } = await carry(wide, "correlation", {}, "lora", { rank: 2 })
  assert.equal(turnedDown(start), undefined)
  const A = start.arrays["layer.2.attention.query/A"]
  assert.deepEqual(A.shape, [20, 2])
  const rows = Array.from({ length: 20 }, (_, i) => Array.from(A.data.slice(2 * i, 2 * i + 2)))
  assert.equal(rows.filter((row) => row.every((x) => x === 0)).length, 4)
  const source = module.arrays["layer.1.attention.query/A"].data
  const given = Array.from({ length: 16 }, (_, i) => `${source[2 * i]} ${source[2 * i + 1]}`).sort()
  assert.deepEqual(
    rows
      .filter((row) => row.some((x) => x !== 0))
      .map((row) => row.join(" "))
      .sort(),
    given,
  )
  const scaled = await carry(wide, "correlation", {}, "ia3", {})
  assert.equal(Array.from(scaled.start.arrays["layer.0.attention.key/l"].data).filter((x) => x === 1).length, 4)
  await statesUnder(wide, "here", start)
})

test("what can't be carried says why", async () => {
  const reason = async (transfer: string, plugin: string, options: object) =>
    turnedDown((await carry(wide, transfer, {}, plugin, options)).start) ?? ""
  assert.match(
    await reason("skip", "lora", {}),
    /A at layer\.0\.attention\.query with shape \[16, 8\] on the source and \[20, 8\] on the target/,
  )
  assert.match(
    await reason("correlation", "bottleneck", { reduction: 4 }),
    /D at layer\.0\.output with shape \[16, 4\] on the source and \[20, 5\]/,
  )
  assert.match(await reason("correlation", "compacter", {}), /compacter does not say which axes/)
})

test("resampled numbers have the mean and deviation of the carried ones, permuted ones are the same in another order; what is not trained stays", async () => {
  const known = await adapterNamed("sparse", { share: 0.5 })
  const module = moduleOf(known, bench)
  const redrawn = (how: "resampled" | "permuted", seed = 1) =>
    perform(
      bench,
      "port",
      { how, backbone: there, adapter: { plugin: "sparse", options: known.options }, task: "one", seed },
      { module },
    )
  const [resampled, permuted] = [await redrawn("resampled"), await redrawn("permuted")]
  for (const [name, { data }] of Object.entries(module.arrays)) {
    const numbers = Array.from(data, Number)
    if (name.endsWith("/places")) {
      for (const one of [resampled, permuted]) assert.deepEqual(Array.from(one.arrays[name].data), numbers)
      continue
    }
    const moments = (all: readonly number[]) => {
      const mean = all.reduce((sum, x) => sum + x, 0) / all.length
      return { mean, deviation: Math.sqrt(all.reduce((sum, x) => sum + (x - mean) ** 2, 0) / all.length) }
    }
    const { mean, deviation } = moments(numbers)
    const drawn = moments(Array.from(resampled.arrays[name].data, Number))
    // 128 draws: four standard errors.
    assert.ok(Math.abs(drawn.mean - mean) < (4 * deviation) / Math.sqrt(numbers.length))
    assert.ok(Math.abs(drawn.deviation / deviation - 1) < 4 / Math.sqrt(2 * numbers.length))
    const other = Array.from(permuted.arrays[name].data, Number)
    assert.notDeepEqual(other, numbers)
    assert.deepEqual(
      other.sort((a, b) => a - b),
      numbers.sort((a, b) => a - b),
    )
  }
  assert.notDeepEqual((await redrawn("permuted", 2)).arrays, permuted.arrays)
  assert.deepEqual((await redrawn("resampled")).arrays, resampled.arrays)
})
