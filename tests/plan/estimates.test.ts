/** What a plan expects of steps goes with the size of the backbone, which is known without its weights. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { costOn } from "../../src/plan/estimates.ts"
import type { Backbone } from "../../src/plugin/index.ts"
import { loadPlugin } from "../../src/plugin/load.ts"
import { decoded } from "../../src/testing/plugin_options.ts"

const directory = fileURLToPath(new URL("../golden/", import.meta.url))
const checkpoints = [
  ["bert", "tiny_bert"],
  ["roberta", "families/roberta"],
  ["roberta", "families/xlm_roberta"],
  ["distilbert", "families/distilbert"],
  ["albert", "families/albert"],
  ["modernbert", "families/modernbert"],
  ["llama", "tiny_decoders/llama"],
  ["llama", "tiny_decoders/mistral"],
  ["llama", "tiny_decoders/qwen3"],
  ["t5", "tiny_t5/first"],
  ["t5", "tiny_t5/gated"],
  ["bert", "gloss-mini"],
] as const
const place = { directory }

const opened = async (plugin: string) => {
  const backbone = (await loadPlugin("backbone", plugin)) as Backbone
  return { backbone, options: decoded(backbone, plugin === "t5" ? { network: "encoder_decoder" } : {}) }
}

for (const [plugin, folder] of checkpoints)
  test(`the extent of ${folder} is that of its loaded weights`, async () => {
    const { backbone, options } = await opened(plugin)
    const extent = await backbone.extent!(folder, options, place)
    const { layers, width, weights, sites, ...checkpoint } = await backbone.load(folder, options, place)
    const parameters = checkpoint.parameters - (weights["head.weight"]?.data.length ?? 0)
    const linear = sites.filter(({ kind }) => kind === "linear")
    const multiplied = linear.reduce((sum, site) => sum + site.in * site.out, 0)
    assert.deepEqual(extent, { layers, width, parameters, multiplied })
  })

test("on the encoder that ships costs are as they are told; others take their share of time and space", async () => {
  const { backbone, options } = await opened("bert")
  const shipped = await backbone.extent!("gloss-mini", options, place)
  const told = { seconds: 14, bytes: 3e5 }
  for (const kind of ["module", "shared", "features", "encode", "fit", "write", "dataset"] as const)
    for (const whole of [false, true]) assert.deepEqual(costOn(shipped, kind, told, whole), told, kind)

  const { layers, width, parameters, multiplied } = shipped
  const wide = { layers, width: 2 * width, parameters: 3 * parameters, multiplied: 4 * multiplied }
  assert.deepEqual(costOn(wide, "module", told), { seconds: 56, bytes: 6e5 })
  assert.deepEqual(costOn({ ...wide, layers: 2 * layers }, "module", told), { seconds: 56, bytes: 12e5 })
  assert.deepEqual(costOn(wide, "shared", told, true), { seconds: 56, bytes: 9e5 })
  assert.deepEqual(costOn({ ...wide, layers: 2 * layers }, "encode", told), { seconds: 56, bytes: 6e5 })
  assert.deepEqual(costOn(wide, "write", told), { seconds: 56, bytes: 3e5 })
  assert.deepEqual(costOn(wide, "scores", told), told)
})
