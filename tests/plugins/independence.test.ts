/** I11 on onnxruntime, whose kernels choose their code by the number of rows: every router that ships. */
import assert from "node:assert/strict"
import { test } from "node:test"
import type { Router } from "../../src/plugin/index.ts"
import { loadPlugin } from "../../src/plugin/load.ts"
import { shipped } from "../../src/plugin/registry.ts"
import { testIndependence } from "../../src/testing/index.ts"
import { settingsFor } from "./settings.ts"

const checked = settingsFor(testIndependence)

const settings: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>> = {
  arrow: [{ top_k: 2 }, { top_k: 2, mix: "factors" }],
  l2r: [{ scope: "per_module" }, { aggregate: "parameters", query: "cls" }, { scope: "global", relaxation: "softmax" }],
  similarity: [{}, { statistic: "task_centroid", combine: "softmax" }],
}

const routers = await Promise.all(shipped("router").map(({ kind, name }) => loadPlugin(kind, name) as Promise<Router>))

test("there are routers to test", () => {
  assert.ok(routers.length >= 9)
})

for (const router of routers)
  for (const written of settings[router.name] ?? [{}]) checked(router, written, "onnxruntime")
