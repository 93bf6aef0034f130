/** Predictions of all rows of a cell, joined with tasks and labels: accuracy matrices, figures, comparisons. */
import {
  accuracyMatrix,
  type Cell,
  type Gates,
  majority,
  type Predictions,
  type Row,
  type Scenario,
  type Stage,
  summarise,
} from "../../learning/index.ts"
import { largest } from "../../model/largest.ts"
import type { Artifact, Json } from "../../plan/step.ts"
import { randomStream } from "../../plugin/index.ts"
import type { Perform } from "../work.ts"
import { host } from "./given.ts"
import { turnedDown } from "./not_served.ts"

/** What the plan knows of a row; `stages` are places in the list of evaluations. */
export interface RowPlan
  extends Pick<
    Row,
    "name" | "plugin" | "head" | "source" | "knowsTask" | "kind" | "how" | "seed" | "notDefined" | "stepKeys"
  > {
  readonly stages: readonly { readonly index: number; readonly evaluation: number }[]
  /** Where its trainable parameters and stored bytes are counted: places in the list of fits. */
  readonly fits: readonly number[]
  readonly granularity: "example" | "token"
}

export interface ScoresOptions {
  readonly experiment: string
  readonly adapter: string
  readonly order: string
  /** Absent: class_incremental. */
  readonly scenario?: Scenario
  readonly rows: readonly RowPlan[]
}

interface Truth {
  readonly tasks: readonly string[]
  readonly classes: readonly { readonly task: number; readonly label: string }[]
  readonly ids: readonly string[]
}

export const scores: Perform = async (work) => {
  const options = work.options as unknown as ScoresOptions
  const truth = work.input("truth")
  const { tasks, classes, ids } = truth.json as unknown as Truth
  const task = truth.arrays.task.data as Int32Array
  const classOf = truth.arrays.class.data as Int32Array
  const examples = ids.map((id, i) => ({ task: task[i], class: classOf[i], id }))
  const evaluations = work.inputs("evaluations")
  const fits = work.inputs("fits")
  const blind = work.input("blind")
  const [single] = work.inputs("single")
  const unit = single ? (single.json as { flops: number }).flops : 0
  const rows = options.rows.map((planned): Row => {
    const plan = served(planned, evaluations)
    const stages = plan.stages.map(({ index, evaluation }) =>
      stageOf(
        evaluations[evaluation],
        index,
        blind.arrays[`stage/${index}`].data as Int32Array,
        classes,
        task,
        tasks,
        plan,
        options.scenario === "domain_incremental",
      ),
    )
    const matrix = (setup: "class_incremental" | "task_incremental") =>
      accuracyMatrix(stages, examples, tasks.length, setup)
    const last = plan.stages.at(-1)
    return {
      ...withoutPlan(plan),
      stages,
      matrix: { classIncremental: matrix("class_incremental"), taskIncremental: matrix("task_incremental") },
      cost: {
        trainableParameters: plan.fits.reduce(
          (sum, i) => sum + Number((fits[i].json as { parameters?: number }).parameters ?? 0),
          0,
        ),
        storedBytes: plan.fits.reduce((sum, i) => sum + bytesOf(fits[i]), 0),
        forwardFlops: last && unit > 0 ? (evaluations[last.evaluation].json as { flops: number }).flops / unit : 0,
        fitSeconds: 0,
      },
      warnings: warningsFor(plan, stages, tasks.length),
    }
  })
  const outcome = {
    experiment: options.experiment,
    adapter: options.adapter,
    order: options.order,
    ...(options.scenario ? { scenario: options.scenario } : {}),
    tasks,
    examples,
    rows,
  }
  const summary = summarise(outcome, (purpose) => randomStream(0, "statistics", purpose))
  const cell: Omit<Cell, "comparisons"> = { ...outcome, classes, summary }
  return { json: cell as unknown as Json, arrays: {} } satisfies Artifact
}

/** A row that turned its library down has no stages, and says why. */
const served = (plan: RowPlan, evaluations: readonly Artifact[]): RowPlan => {
  const [reason] = plan.stages.flatMap(({ evaluation }) => turnedDown(evaluations[evaluation]) ?? [])
  return reason === undefined ? plan : { ...plan, stages: [], fits: [], notDefined: reason }
}

const withoutPlan = ({ stages: _s, fits: _f, granularity: _g, ...row }: RowPlan) => row

const bytesOf = ({ arrays }: Artifact): number =>
  Object.values(arrays).reduce((sum, { data }) => sum + data.byteLength, 0)

const stageOf = (
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
  const gates = gatesOf(evaluation, tasks.slice(0, index + 1), plan.granularity)
  const chosen = evaluation.arrays.chosen
    ? [...(evaluation.arrays.chosen.data as Int32Array)]
    : gates
      ? gates.mean.map((units) => majority(units) ?? -1)
      : Array.from(indices, () => -1)
  const within = (row: number, only: number) => {
    let best = -1
    for (let c = 0; c < width; c++)
      if (classes[c].task === only && (best < 0 || logits.data[row * width + c] > logits.data[row * width + best]))
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
      ofOwnTask(plan.how === "selects" ? within(row, chosen[row]) : joint[row], task[i]),
    ),
    taskIncremental: Array.from(indices, (i, row) => within(row, task[i])),
    chosen,
  }
  return { index, predictions, ...(gates ? { gates } : {}) }
}

const gatesOf = (
  { arrays }: Artifact,
  modules: readonly string[],
  granularity: "example" | "token",
): Gates | undefined => {
  const units = Object.keys(arrays)
    .flatMap((name) => (name.startsWith("gates/") ? [name.slice("gates/".length)] : []))
    .sort(byPlace)
  if (units.length === 0) return undefined
  const texts = arrays[`gates/${units[0]}`].shape[0]
  const rounded = (value: number) => Math.round(value * 1e4) / 1e4
  const row = (name: string, i: number) => {
    const { shape, data } = arrays[name]
    const width = data.length / shape[0]
    return Array.from(data.subarray(i * width, (i + 1) * width) as Float32Array, rounded)
  }
  const offsets = arrays["token offsets"]?.data
  const perToken = (unit: string, i: number) =>
    Array.from({ length: offsets[i + 1] - offsets[i] }, (_, t) => row(`tokens/${unit}`, offsets[i] + t))
  return {
    units,
    modules,
    granularity,
    mean: Array.from({ length: texts }, (_, i) => units.map((unit) => row(`gates/${unit}`, i))),
    entropy: Array.from({ length: texts }, (_, i) => units.map((unit) => row(`entropy/${unit}`, i)[0])),
    ...(offsets ? { tokens: Array.from({ length: texts }, (_, i) => units.map((unit) => perToken(unit, i))) } : {}),
  }
}

/** "layer.2" before "layer.10". */
const byPlace = (a: string, b: string): number => a.localeCompare(b, "en", { numeric: true })

/** A router that always takes the same module has collapsed. */
const warningsFor = (plan: RowPlan, stages: readonly Stage[], tasks: number): readonly string[] => {
  const last = stages.at(-1)
  if (!last?.gates || tasks < 2 || plan.kind === "bound") return []
  const used = new Set(last.predictions.chosen)
  return used.size === 1
    ? [`collapsed: every test example goes to the module "${last.gates.modules[[...used][0]]}"`]
    : []
}
