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
import { settingsFor } from "./settings.ts"

const checked = settingsFor(testRouter)

test("all routers that ship are tested here", () => {
  const tested = [arrow, baseModel, l2r, maxConfidence, oracle, perTask, random, similarity, uniform]
  assert.deepEqual(
    shipped("router").map(({ name }) => name),
    tested.map(({ name }) => name),
  )
})

checked(arrow, { top_k: 2, mix: "outer" })
checked(arrow, { top_k: 8, temperature: 0.5, mix: "factors" })
checked(baseModel)
checked(l2r, { relaxation: "sigmoid" })
checked(l2r, { relaxation: "softmax", aggregate: "parameters", query: "cls" })
checked(l2r, { relaxation: "gumbel_sigmoid", aggregate: "parameters", mix: "outer", normalise: "none" })
checked(l2r, { relaxation: "sigmoid", scope: "per_module", hidden: 3, temperature: 2 })
checked(l2r, { relaxation: "gumbel_softmax", scope: "global" })
checked(l2r, { relaxation: "softmax", query: "frozen_cls" })
checked(l2r, { relaxation: "gumbel_sigmoid_st" }, { smooth: false })
checked(maxConfidence)
checked(oracle)
checked(perTask)
checked(random)
for (const statistic of ["task_centroid", "class_centroid", "task_gaussian", "class_gaussian"])
  checked(similarity, { statistic, statistics: "memory" })
checked(similarity, { combine: "softmax", statistics: "train", features: "cls" })
checked(uniform)
checked(uniform, { aggregate: "parameters" })
