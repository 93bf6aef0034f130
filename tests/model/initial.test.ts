/** First values: those that depend on frozen weights, and places that are drawn. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import ia3 from "../../plugins/adapters/ia3.ts"
import lora from "../../plugins/adapters/lora.ts"
import prefix from "../../plugins/adapters/prefix.ts"
import prompt from "../../plugins/adapters/prompt.ts"
import sparse from "../../plugins/adapters/sparse.ts"
import stack from "../../plugins/adapters/stack.ts"
import { drawn, freshModule } from "../../src/model/initial.ts"
import { initialsFor, trainable, trainedNames } from "../../src/model/single.ts"
import {
  type Adapter,
  assembled,
  type Backbone,
  columnNorm,
  defineAdapter,
  NoOptions,
  places,
  randomStream,
  Schema,
} from "../../src/plugin/index.ts"
import { loadPlugin } from "../../src/plugin/load.ts"
import { toyNetwork } from "../../src/testing/toy_network.ts"

const decoded = (adapter: Adapter | Backbone, written: object): unknown =>
  Schema.decodeUnknownSync(adapter.options)(written as never)
const fresh = async (adapter: Adapter, written: object, seed = 1) => {
  const network = await toyNetwork()
  const options = decoded(adapter, written)
  const arrays = freshModule(network, adapter, options, (name) => randomStream(seed, name))
  return { network, options, arrays }
}

test("the lengths of a frozen weight's columns", async () => {
  const weight = { shape: [2, 3], data: Float32Array.of(3, 0, 1, 4, 2, -1) }
  const { shape, data } = drawn(columnNorm(3), randomStream(1), weight)
  assert.deepEqual(shape, [3])
  assert.deepEqual(Array.from(data as Float32Array), [5, 2, Math.fround(Math.SQRT2)])
  const { network, arrays } = await fresh(lora, { decomposed: true, targets: ["output"] })
  const { data: W } = network.checkpoint.weights["layer.1.output.weight"]
  const column = Array.from({ length: 12 }, (_, row) => Number(W[row * 8 + 5]))
  assert.equal(Number(arrays.get("layer.1.output/m")!.data[5]), Math.fround(Math.hypot(...column)))
})

test("places: each once, rising, in range; every set equally likely", () => {
  const seen = new Map<string, number>()
  for (let seed = 0; seed < 3000; seed++) {
    const { data } = drawn(places(2, 4, "random"), randomStream(seed, "places"))
    const [a, b] = Array.from(data as Int32Array)
    assert.ok(0 <= a && a < b && b < 4, `${a}, ${b}`)
    seen.set(`${a} ${b}`, (seen.get(`${a} ${b}`) ?? 0) + 1)
  }
  assert.equal(seen.size, 6)
  for (const [pair, count] of seen) assert.ok(Math.abs(count - 500) < 90, `${pair}: ${count}`)
  const all = drawn(places(5, 5, "random"), randomStream(1))
  assert.deepEqual(Array.from(all.data as Int32Array), [0, 1, 2, 3, 4])
})

test("places of the largest entries, of equals the first", () => {
  const weight = { shape: [2, 3], data: Float32Array.of(1, -5, 2, -2, 0, 2) }
  assert.deepEqual(Array.from(drawn(places(2, 6, "largest"), randomStream(1), weight).data as Int32Array), [1, 2])
})

test("what is not trained is no parameter: it is left out of the names, and must be given", async () => {
  const { network, options, arrays } = await fresh(sparse, { share: 0.1, choose: "largest" })
  const { sites } = network.checkpoint
  const names = trainedNames(initialsFor(sparse, options, sites))
  assert.deepEqual([...new Set(names.map((name) => name.split("/")[1]))], ["values"])
  assert.equal(arrays.size, 2 * names.length)
  const attach = (values: typeof arrays) => {
    const [site] = sites.filter(({ role }) => role === "query")
    const layer = { site }
    const x = { op: "input", inputs: [], attributes: { name: "x" }, shape: ["tokens", 8], dtype: "float" } as const
    return () => trainable(sparse, options, sites, { training: true }, values).change!(layer, x, x)
  }
  assert.throws(attach(new Map()), /no value for the array "layer.0.attention.query\/places"/)
  assert.doesNotThrow(attach(arrays))
})

test("one stream for each array: another seed, other places", async () => {
  const [one, same, other] = [await fresh(sparse, {}), await fresh(sparse, {}), await fresh(sparse, {}, 2)]
  const name = "layer.0.attention.query/places"
  assert.deepEqual(one.arrays.get(name), same.arrays.get(name))
  assert.notDeepEqual(one.arrays.get(name), other.arrays.get(name))
  assert.notDeepEqual(one.arrays.get(name), one.arrays.get("layer.1.attention.query/places"))
})

test("an array of all sites is one: drawn once, named once, trained once", async () => {
  const { network, options, arrays } = await fresh(prefix, { hidden: 3 })
  const names = [...arrays.keys()]
  assert.deepEqual(names, [
    ...["E", "W", "b"].map((name) => `all/${name}`),
    ...[0, 1].flatMap((layer) => ["U", "c"].map((name) => `layer.${layer}.attention/${name}`)),
  ])
  assert.deepEqual(trainedNames(initialsFor(prefix, options, network.checkpoint.sites)), names)
})

test("an adapter that attaches nowhere is refused, and so is one of which a part does; what is there is said", async () => {
  const backbone = (await loadPlugin("backbone", "onnx")) as Backbone
  const directory = fileURLToPath(new URL("../golden/", import.meta.url))
  const checkpoint = await backbone.load("tiny_bert/onnx/script.onnx", decoded(backbone, {}), { directory })
  const onGraph = (adapter: Adapter, options: unknown) => () =>
    freshModule({ backbone, checkpoint }, adapter, options, (name) => randomStream(1, name))
  const refused = (error: Error & { help?: string }): boolean =>
    error.message === "the adapter prompt attaches at embeddings, and the backbone onnx has no such site" &&
    /^it has [\w, ]*query[\w, ]*: let the adapter attach at one of these/.test(error.help ?? "")
  const parts = [lora, prompt].map((adapter: Adapter) => ({ adapter, options: decoded(adapter, {}) }))
  assert.throws(onGraph(prompt, parts[1].options), refused)
  assert.throws(onGraph(assembled(stack, parts), { of: ["low_rank", "before"] }), refused)
  assert.doesNotThrow(onGraph(lora, parts[0].options))
})

test("a first value that needs a weight where there is none says so", async () => {
  const odd = defineAdapter({
    name: "odd",
    summary: "columns of a block",
    options: NoOptions,
    sites: () => ["block"],
    parameters: ({ out }) => ({ m: columnNorm(out) }),
    forward: ia3.forward as never,
  })
  await assert.rejects(fresh(odd, {}), /layer.0\/m of adapter odd starts from a frozen weight, and its site has none/)
})
