/** What `l2r model inspect` knows of real checkpoints and of the fixtures. */
import assert from "node:assert/strict"
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { DataError } from "../../src/plugin/index.ts"
import { loadPlugin } from "../../src/plugin/load.ts"
import { shipped } from "../../src/plugin/registry.ts"
import { modelCard } from "../../src/run/model_card/index.ts"

const golden = fileURLToPath(new URL("../golden/", import.meta.url))
const models = fileURLToPath(new URL("../../../shared/models/", import.meta.url))
const real = existsSync(models)
  ? readdirSync(models).filter((name) => existsSync(join(models, name, "config.json")))
  : []

test("every checkpoint beside the repository is known", {
  skip: real.length === 0 && "there are no checkpoints beside the repository, in ../shared/models",
}, async () => {
  for (const name of real) {
    const card = await modelCard(name, { directory: models })
    assert.ok(card.backbone, `${name}: ${card.modelType}`)
    assert.ok(card.weights.exports.length === 1, name)
    assert.ok(card.parameters > 1e5 && card.weights.tensors > 10 && card.sites.length > 5, name)
    assert.ok(card.tokenizer && card.tokenizer.pieces <= (card.shape.vocabulary as number), name)
    const lora = card.adapters.find(({ adapter }) => adapter === "lora")
    assert.deepEqual(lora?.roles, ["query", "value"], name)
    assert.equal(lora?.sites, 2 * (card.shape.layers as number), name)
  }
})

const graphs = real.flatMap((name) =>
  readdirSync(join(models, name), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".onnx"))
    .map((file) => join(name, file)),
)

test("every graph beside the repository is known, by its file and by its folder", {
  skip: graphs.length === 0 && "there are no .onnx files beside the repository, in ../shared/models",
}, async () => {
  for (const file of graphs) {
    const card = await modelCard(file, { directory: models })
    assert.equal(card.backbone, "onnx", file)
    const folder = dirname(file)
    if (folder.endsWith("onnx"))
      assert.deepEqual({ ...(await modelCard(folder, { directory: models })), location: file }, card)
    const lora = card.adapters.find(({ adapter }) => adapter === "lora")
    assert.equal(lora?.sites, 2 * (card.shape.layers as number), file)
  }
})

for (const [file, layers, heads] of [
  ["tiny_gpt2/model.onnx", 2, null],
  ["tiny_bert/onnx/script.onnx", 2, 2],
  ["families/modernbert/onnx", 4, 2],
] as const)
  test(`a graph says what it is: ${file}`, async () => {
    const card = await modelCard(file, { directory: golden })
    assert.equal(card.backbone, "onnx")
    assert.deepEqual([card.shape.layers, card.shape.heads], [layers, heads])
    assert.ok(card.sites.length > 5 && card.tokenizer && card.weights.tensors > 10 && card.weights.bytes > 1000)
    assert.match(card.digest, /^[0-9a-f]{64}$/)
  })

const families = readdirSync(join(golden, "families"))
for (const name of families)
  test(`the family of ${name} is found by its model_type`, async () => {
    const card = await modelCard(`families/${name}`, { directory: golden })
    assert.equal(card.backbone, name === "xlm_roberta" ? "roberta" : name.split("_")[0])
    assert.equal(card.shape.width, 8)
    assert.equal(
      Object.values(card.weights.types).reduce((a, b) => a + b, 0),
      card.weights.tensors,
    )
    const type = name.endsWith("half") ? "F16" : name.endsWith("bfloat") ? "BF16" : "F32"
    assert.deepEqual(Object.keys(card.weights.types), [type])
    assert.equal(card.weights.files.length, name.endsWith("sharded") ? 2 : 1)
  })

test("sites are grouped by role and size", async () => {
  const { sites, shape, parameters } = await modelCard("families/modernbert", { directory: golden })
  const of = (role: string) =>
    sites.filter((group) => group.role === role).map(({ count, in: a, out }) => [count, a, out])
  assert.deepEqual(of("query"), [[4, 8, 8]])
  assert.deepEqual(of("gate"), [[4, 8, 12]])
  assert.deepEqual(of("attention_norm"), [[3, 8, 8]])
  assert.deepEqual(of("final_norm"), [[1, 8, 8]])
  assert.deepEqual(shape, { layers: 4, width: 8, heads: 2, intermediate: 12, positions: 40, vocabulary: 300 })
  assert.equal(parameters, 300 * 8 + 8 + 4 * (4 * 64 + 3 * 96 + 8) + 3 * 8 + 8)
})

test("no two backbones that ship read the same model_type", async () => {
  const types = (await Promise.all(shipped("backbone").map(({ kind, name }) => loadPlugin(kind, name)))).flatMap(
    (plugin) => ("modelTypes" in plugin ? (plugin.modelTypes ?? []) : []),
  )
  assert.ok(types.length > 5)
  assert.equal(new Set(types).size, types.length)
})

for (const written of ["null", "[]", '"bert"'])
  test(`a config.json that holds ${written} describes no model`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "l2r-card-"))
    try {
      cpSync(join(golden, "tiny_bert"), folder, { recursive: true })
      writeFileSync(join(folder, "config.json"), written)
      for (const one of [folder, join(folder, "onnx/script.onnx")])
        await assert.rejects(modelCard(one, { directory: golden }), (error: unknown) => {
          assert.ok(error instanceof DataError, String(error))
          assert.match(error.message, /config\.json is no JSON object/)
          return true
        })
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
