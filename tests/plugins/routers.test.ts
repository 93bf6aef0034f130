/** Every router that ships, in the settings that change its formula. */
import assert from "node:assert/strict"
import { test } from "node:test"
import adapterFusion from "../../plugins/routers/adapter_fusion.ts"
import arrow from "../../plugins/routers/arrow.ts"
import averageActivation from "../../plugins/routers/average_activation.ts"
import baseModel from "../../plugins/routers/base_model.ts"
import dam from "../../plugins/routers/dam.ts"
import l2r from "../../plugins/routers/l2r.ts"
import lorahub from "../../plugins/routers/lorahub.ts"
import maxConfidence from "../../plugins/routers/max_confidence.ts"
import mocl from "../../plugins/routers/mocl.ts"
import moduleformer from "../../plugins/routers/moduleformer.ts"
import mole from "../../plugins/routers/mole.ts"
import oracle from "../../plugins/routers/oracle.ts"
import perTask from "../../plugins/routers/per_task.ts"
import phatgoose from "../../plugins/routers/phatgoose.ts"
import piTuning from "../../plugins/routers/pi_tuning.ts"
import polytropon from "../../plugins/routers/polytropon.ts"
import random from "../../plugins/routers/random.ts"
import sapt from "../../plugins/routers/sapt.ts"
import similarity from "../../plugins/routers/similarity.ts"
import smear from "../../plugins/routers/smear.ts"
import taskPredictor from "../../plugins/routers/task_predictor.ts"
import uniform from "../../plugins/routers/uniform.ts"
import xLora from "../../plugins/routers/x_lora.ts"
import { shipped } from "../../src/plugin/registry.ts"
import { testRouter } from "../../src/testing/index.ts"
import { settingsFor } from "./settings.ts"

const checked = settingsFor(testRouter)

test("all routers that ship are tested here", () => {
  const tested = [
    adapterFusion,
    arrow,
    averageActivation,
    baseModel,
    dam,
    l2r,
    lorahub,
    maxConfidence,
    mocl,
    moduleformer,
    mole,
    oracle,
    perTask,
    phatgoose,
    piTuning,
    polytropon,
    random,
    sapt,
    similarity,
    smear,
    taskPredictor,
    uniform,
    xLora,
  ]
  assert.deepEqual(
    shipped("router").map(({ name }) => name),
    tested.map(({ name }) => name),
  )
})

checked(arrow, { top_k: 2, mix: "outer" })
checked(arrow, { top_k: 8, temperature: 0.5, mix: "factors" })
checked(arrow, { top_k: 2, tied: true, input: "unit", general: "mean" })
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

checked(adapterFusion)
checked(averageActivation, { top_k: 2 })
checked(averageActivation, { top_k: 8, pooling: "mean", statistics: "train", mix: "factors", temperature: 1 })
checked(dam, { temperature: 0.5 })
checked(dam, { top_k: 1, statistics: "train", features: "cls", mix: "outer" })
checked(lorahub, { evaluations: 12 })
checked(mocl)
checked(mocl, { data: "newest", aggregate: "outputs" })
checked(mocl, { batch_mean: true, mix: "factors" })
checked(moduleformer, { top_k: 3, hidden: 4, mutual_information: 0.1 })
checked(moduleformer, { top_k: 3, hidden: 4, insertion: true, concentration: 0.1, switch: 0.1 })
checked(moduleformer, { top_k: 2, hidden: 4, prune: 0.2 }, { smooth: false })
checked(mole, { top_k: 3, balance: 0.1 }, { smooth: false })
checked(mole, { top_k: 1, temperature: 2 }, { smooth: false })
checked(phatgoose)
checked(piTuning, { examples: 4 })
checked(piTuning, {
  top_k: 2,
  cosine: "normalised",
  start: "similarity",
  scope: "global",
  examples: 4,
  labels: "expected",
  mix: "factors",
})
checked(polytropon)
checked(polytropon, { relaxation: "sigmoid", scope: "per_module", mix: "outer" })
checked(sapt, { projection: 3 })
checked(sapt, { projection: 3, data: "memory", reflection: 0 })
checked(sapt, { projection: 3, pooling: "max_padded", temperature: 1 })
checked(smear)
checked(smear, { scope: "per_module", mix: "outer", temperature: 2 })
checked(taskPredictor)
checked(taskPredictor, { data: "train", combine: "softmax", hidden: 3, features: "cls" })
checked(xLora)
checked(xLora, { layerwise: true, hidden: 3, top_k: 2 })
checked(xLora, { top_k: 2, renormalise: true })
