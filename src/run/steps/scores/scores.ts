/** Predictions of all rows of a cell, joined with tasks and labels: accuracy matrices, figures, comparisons. */
import {
  type Answers,
  accuracyMatrix,
  type Cell,
  gateUse,
  type Row,
  routingWarnings,
  type Scenario,
  type Setup,
  type Stage,
  summarise,
} from "../../../learning/index.ts"
import type { Artifact, Json } from "../../../plan/step.ts"
import { randomStream } from "../../../plugin/index.ts"
import type { Perform } from "../../work.ts"
import { turnedDown } from "../not_served.ts"
import { placesIn } from "../places_at.ts"
import type { CutAnswers } from "../writing/answer_tokens.ts"
import { scorer, writtenStage } from "../writing/written_stage.ts"
import type { RowPlan, Truth } from "./row_plan.ts"
import { stageOf } from "./stage_scores.ts"

export interface ScoresOptions {
  readonly experiment: string
  readonly adapter: string
  readonly order: string
  /** Absent: class_incremental. */
  readonly scenario?: Scenario
  /** Boundaries were unknown in training; absent: known. */
  readonly sequence?: Cell["sequence"]
  /** Texts are answered in words; absent: by a class. */
  readonly answers?: Omit<Answers, "cut">
  readonly rows: readonly RowPlan[]
}

export const scores: Perform = async (work) => {
  const options = work.options as unknown as ScoresOptions
  const truth = work.input("truth")
  const { tasks, classes, ids, references } = truth.json as unknown as Truth
  const task = truth.arrays.task.data as Int32Array
  const classOf = truth.arrays.class.data as Int32Array
  const examples = ids.map((id, i) => ({
    task: task[i],
    class: classOf[i],
    id,
    ...(references ? { references: references[i] } : {}),
  }))
  const score = references && scorer(references)
  const evaluations = work.inputs("evaluations")
  const fits = work.inputs("fits")
  const blind = work.input("blind")
  const [single] = work.inputs("single")
  const unit = single ? (single.json as { flops: number }).flops : 0
  const rows = options.rows.map((planned): Row => {
    const plan = served(planned, evaluations)
    const stages = plan.stages.map(({ index, evaluation, ahead }) => {
      const indices = placesIn(blind, index, ahead)
      if (score) return writtenStage(evaluations[evaluation], index, indices, tasks, plan, score)
      return stageOf(
        evaluations[evaluation],
        index,
        indices,
        classes,
        task,
        tasks,
        plan,
        options.scenario === "domain_incremental",
      )
    })
    const matrix = (setup: Setup) => accuracyMatrix(stages, examples, tasks.length, setup)
    const last = plan.stages.at(-1)
    const row: Omit<Row, "warnings"> = {
      ...withoutPlan(plan),
      stages,
      matrix: score
        ? { classIncremental: [], taskIncremental: [], rougeL: matrix("rouge_l"), exactMatch: matrix("exact_match") }
        : { classIncremental: matrix("class_incremental"), taskIncremental: matrix("task_incremental") },
      cost: {
        trainableParameters: plan.fits.reduce(
          (sum, i) => sum + Number((fits[i].json as { parameters?: number }).parameters ?? 0),
          0,
        ),
        storedBytes: plan.fits.reduce((sum, i) => sum + bytesOf(fits[i]), 0),
        forwardFlops: last && unit > 0 ? (evaluations[last.evaluation].json as { flops: number }).flops / unit : 0,
        fitSeconds: 0,
      },
      ...composedIn(plan, fits),
    }
    return {
      ...row,
      warnings: [...toldIn(plan, fits), ...unfinished(stages), ...routing({ ...row, warnings: [] }, examples)],
    }
  })
  const outcome = {
    experiment: options.experiment,
    adapter: options.adapter,
    order: options.order,
    ...(options.scenario ? { scenario: options.scenario } : {}),
    ...(options.sequence ? { sequence: options.sequence } : {}),
    ...(options.answers ? { answers: { ...options.answers, cut: cutIn(work.inputs("tokens")) } } : {}),
    tasks,
    examples,
    rows,
    classes,
  }
  const summary = summarise(outcome, (purpose) => randomStream(0, "statistics", purpose))
  const cell: Omit<Cell, "comparisons"> = { ...outcome, summary }
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

/** What a router does with the modules; of a bound it is as it should be. */
const routing = (row: Row, examples: Cell["examples"]): readonly string[] => {
  const use = row.kind === "bound" ? undefined : gateUse({ examples }, [row])
  return use ? routingWarnings(use, row) : []
}

/** What the last composition reports of its error. */
const composedIn = ({ fits: own }: RowPlan, fits: readonly Artifact[]): Pick<Row, "composition"> => {
  const [composition] = own.flatMap((i) => (fits[i].json as Partial<Pick<Row, "composition">>).composition ?? [])
  return composition ? { composition } : {}
}

/** What a composition warns of. */
const toldIn = ({ fits: own }: RowPlan, fits: readonly Artifact[]): readonly string[] =>
  own.flatMap((i) => (fits[i].json as { readonly warnings?: readonly string[] }).warnings ?? [])

/** Answers that were cut, after the last task. */
const unfinished = (stages: readonly Stage[]): readonly string[] => {
  const written = stages.at(-1)?.predictions.written
  if (!written || written.unfinished.length === 0) return []
  return [`${written.unfinished.length} of ${written.texts.length} answers had not ended at \`max_tokens\` and are cut`]
}

/** By task: answers to train on that are longer than what is learnt. */
const cutIn = (tokens: readonly Artifact[]): Answers["cut"] =>
  tokens.map(({ json }) => {
    const { task, answers } = json as unknown as { readonly task: string; readonly answers: CutAnswers }
    return { task, ...answers }
  })
