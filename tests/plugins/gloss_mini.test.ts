/** The backbone that ships: small enough, sound, and distilled on a corpus that holds nothing of what the stream tests. */
import assert from "node:assert/strict"
import { readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { describe, it } from "node:test"
import bert from "../../plugins/backbones/bert/index.ts"
import { distillationCorpus } from "../../plugins/data/wordnet/corpus.ts"
import { sha256 } from "../../src/plan/key.ts"
import { Schema } from "../../src/plugin/index.ts"

const folder = join(import.meta.dirname, "..", "..", "plugins", "backbones", "bert", "shipped", "gloss-mini")
const recipe = JSON.parse(readFileSync(join(folder, "recipe.json"), "utf8"))

describe("gloss-mini", () => {
  it("takes at most 10 MB and brings its card and recipe", () => {
    const files = readdirSync(folder)
    for (const name of ["README.md", "config.json", "model.safetensors", "recipe.json", "tokenizer.json"])
      assert.ok(files.includes(name), name)
    assert.ok(files.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0) <= 10e6)
  })

  it("loads by its name, with the size of its recipe", async () => {
    const checkpoint = await bert.load("gloss-mini", Schema.decodeUnknownSync(bert.options)({}), { directory: "." })
    assert.equal(checkpoint.parameters, recipe.parameters)
    assert.equal(checkpoint.width, recipe.size.width)
    const linear = checkpoint.sites.filter(({ kind }) => kind === "linear")
    assert.equal(linear.length, 6 * recipe.size.layers)
    for (const { data } of Object.values(checkpoint.weights)) assert.ok((data as Float32Array).every(Number.isFinite))
  })

  it("was distilled on the corpus that the data plugin gives today, of which tests/data/corpus.test.ts shows that it meets no held-out gloss", async () => {
    const { texts } = await distillationCorpus()
    assert.equal(texts.length, recipe.corpus.texts)
    assert.equal(sha256(texts.join("\n")), recipe.corpus.digest)
  })
})
