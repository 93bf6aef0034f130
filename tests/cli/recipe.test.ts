/** `l2r distil` without settings repeats the recipe of the backbone that ships. */
import assert from "node:assert/strict"
import { existsSync, readFileSync } from "node:fs"
import { test } from "node:test"
import distil from "../../src/cli/distil.ts"

const recipe = new URL("../../plugins/backbones/bert/shipped/gloss-mini/recipe.json", import.meta.url)

test("the defaults of distil are the recipe of the shipped backbone", {
  ...(existsSync(recipe) ? {} : { skip: "gloss-mini has no recipe.json" }),
}, () => {
  const { backbone, size, training, seed, threads, corpus } = JSON.parse(readFileSync(recipe, "utf8"))
  const { layers, width, heads, intermediate, vocabulary, positions } = size
  const { epochs, batch, learningRate, pairWeight } = training
  const shipped = {
    backbone,
    data: corpus.data,
    layers,
    width,
    heads,
    intermediate,
    vocabulary,
    positions,
    epochs,
    batch,
    "learning-rate": learningRate,
    "pair-weight": pairWeight,
    seed,
    threads,
  }
  for (const [name, value] of Object.entries(shipped)) {
    const standard = (distil.flags as Record<string, { readonly default?: string }>)[name].default
    assert.equal(typeof value === "number" ? Number(standard) : standard, value, `--${name}`)
  }
})
