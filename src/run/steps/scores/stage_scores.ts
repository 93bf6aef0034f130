/** One stage of a row: what each test example was predicted as under both setups, and which module it went to. */
import { majority, moduleAt, modulesOf, type Predictions, type Stage } from "../../../learning/index.ts"
import { largest } from "../../../model/largest.ts"
import type { Artifact } from "../../../plan/step.ts"
import { moduleOfIn } from "../evaluation/evaluated.ts"
import { host } from "../given.ts"
import { gatesIn } from "./gates.ts"
import type { RowPlan, Truth } from "./row_plan.ts"

export const stageOf = (
  evaluation: Artifact,
  index: number,
  indices: Int32Array,
  classes: Truth["classes"],
  task: Int32Array,
  tasks: readonly string[],
  plan: RowPlan,
  byLabel: boolean,
): Stage => {
  const logits = host(evaluation.arrays.logits)
  const width = logits.shape[1]
  const moduleOf = moduleOfIn(evaluation)
  const gates = gatesIn(evaluation, modulesOf(tasks.slice(0, index + 1), moduleOf), plan.granularity)
  const chosen = evaluation.arrays.chosen
    ? [...(evaluation.arrays.chosen.data as Int32Array)]
    : gates
      ? gates.mean.map((units) => majority(units) ?? -1)
      : Array.from(indices, () => -1)
  const within = (row: number, isOwn: (task: number) => boolean) => {
    let best = -1
    for (let c = 0; c < width; c++)
      if (isOwn(classes[c].task) && (best < 0 || logits.data[row * width + c] > logits.data[row * width + best]))
        best = c
    return best
  }
  const joint = largest(logits)
  /** Where tasks share their labels a prediction is that class of the example's own task that has its label. */
  const ofOwnTask = (predicted: number, own: number) => {
    if (!byLabel || predicted < 0) return predicted
    const same = classes.findIndex(({ task: t, label }) => t === own && label === classes[predicted].label)
    return same < 0 ? predicted : same
  }
  const predictions: Predictions = {
    example: [...indices],
    classIncremental: Array.from(indices, (i, row) =>
      ofOwnTask(
        plan.how === "selects"
          ? within(row, (own) => moduleAt({ moduleOf }, own) === chosen[row])
          : plan.how === "shared" && plan.knowsTask
            ? within(row, (own) => own === task[i])
            : joint[row],
        task[i],
      ),
    ),
    taskIncremental: Array.from(indices, (i, row) => within(row, (own) => own === task[i])),
    chosen,
  }
  return { index, ...(moduleOf ? { moduleOf } : {}), predictions, ...(gates ? { gates } : {}) }
}
