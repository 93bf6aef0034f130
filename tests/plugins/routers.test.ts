/** Every router that ships, in the settings that change its formula. */
import assert from "node:assert/strict"
import { test } from "node:test"
import arrow from "../../plugins/routers/arrow.ts"
import baseModel from "../../plugins/routers/base_model.ts"
import l2r from "../../plugins/routers/l2r.ts"
import maxConfidence from "../../plugins/routers/max_confidence.ts"
import oracle from "../../plugins/routers/oracle.ts"
import perTask from "../../plugins/routers/per_task.ts"
import random from "../../plugins/routers/random.ts"
import similarity from "../../plugins/routers/similarity.ts"
import uniform from "../../plugins/routers/uniform.ts"
import { shipped } from "../../src/plugin/registry.ts"
import { testRouter } from "../../src/testing/index.ts"

test("all routers that ship are tested here", () => {
  const tested = [arrow, baseModel, l2r, maxConfidence, oracle, perTask, random, similarity, uniform]
  assert.deepEqual(
    shipped("router").map(({ name }) => name),
    tested.map(({ name }) => name),
  )
})

testRouter(arrow, { top_k: 2, mix: "outer" })
testRouter(arrow, { top_k: 8, temperature: 0.5, mix: "factors" })
testRouter(baseModel)
testRouter(l2r, { relaxation: "sigmoid" })
testRouter(l2r, { relaxation: "softmax", aggregate: "parameters", query: "cls" })
testRouter(l2r, { relaxation: "gumbel_sigmoid", aggregate: "parameters", mix: "outer", normalise: "none" })
testRouter(l2r, { relaxation: "sigmoid", scope: "per_module", hidden: 3, temperature: 2 })
testRouter(l2r, { relaxation: "gumbel_softmax", scope: "global" })
testRouter(l2r, { relaxation: "softmax", query: "frozen_cls" })
testRouter(l2r, { relaxation: "gumbel_sigmoid_st" }, { smooth: false })
testRouter(maxConfidence)
testRouter(oracle)
testRouter(perTask)
testRouter(random)
for (const statistic of ["task_centroid", "class_centroid", "task_gaussian", "class_gaussian"])
  testRouter(similarity, { statistic, statistics: "memory" })
testRouter(similarity, { combine: "softmax", statistics: "train", features: "cls" })
testRouter(uniform)
testRouter(uniform, { aggregate: "parameters" })
