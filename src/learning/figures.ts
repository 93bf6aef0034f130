/** The figures of one row of the table over its seeds, each with its interval, from predictions and gates alone. */
import type { Setup } from "./accuracy_matrix.ts"
import type { Sample, Statistic } from "./bootstrap.ts"
import { credits } from "./credits.ts"
import type { Draws } from "./draws.ts"
import { guesses } from "./guesses.ts"
import { figuresOf, macro } from "./intervals.ts"
import { anytimeAccuracy } from "./metrics/anytime_accuracy.ts"
import { averageAccuracy } from "./metrics/average_accuracy.ts"
import { backwardTransfer } from "./metrics/backward_transfer.ts"
import { significant } from "./metrics/definition.ts"
import { forgetting } from "./metrics/forgetting.ts"
import { forwardTransfer } from "./metrics/forward_transfer.ts"
import { learningAccuracy } from "./metrics/learning_accuracy.ts"
import { rightUnits } from "./metrics/router_accuracy.ts"
import type { Cell, Figure, Row, Stage, Summary } from "./results.ts"
import { moduleAt } from "./serving.ts"

type Outcomes = Pick<Cell, "tasks" | "examples">
type MatrixFigures = Pick<
  Summary,
  "anytime" | "forgetting" | "backwardTransfer" | "learningAccuracy" | "forgettingAllRows" | "backwardTransferSapt"
> & {
  readonly accuracy?: Figure
}

/** Entropies take one value an example, so patterns don't shorten their resampling. */
const ENTROPY_DRAWS = 1000

/** Everything that is read off the accuracy matrix; the intervals resample examples, all stages of an example together. */
export function matrixFigures(rows: readonly Row[], cell: Outcomes, setup: Setup, random: Draws): MatrixFigures {
  const T = cell.tasks.length
  const whole = sampleOf(rows, cell, T, (row, i) =>
    hits(
      row.stages.find(({ index }) => index === i),
      cell,
      setup,
    ),
  )
  if (whole === undefined) return { accuracy: finalAccuracy(rows, cell, setup, random) }
  const R = Array.from({ length: T }, () => new Array<number | null>(T).fill(null))
  const of =
    (metric: (R: (number | null)[][]) => number | undefined): Statistic =>
    (means) => {
      for (let i = 0; i < T; i++) for (let j = 0; j <= i; j++) R[i][j] = means[j * T + i]
      return metric(R) ?? 0
    }
  const later: readonly Statistic[] =
    T > 1
      ? [
          of((R) => forgetting(R)),
          of((R) => backwardTransfer(R)),
          of((R) => forgetting(R, "all_rows")),
          of((R) => backwardTransfer(R, "sapt")),
        ]
      : []
  const statistics = [of((R) => averageAccuracy(R)), of(anytimeAccuracy), of(learningAccuracy), ...later]
  const [accuracy, anytime, learning, forgot, backward, forgotOfAll, backwardOverAll] = figuresOf(
    whole,
    statistics,
    random,
  )
  return {
    accuracy,
    anytime,
    learningAccuracy: learning,
    forgetting: forgot,
    backwardTransfer: backward,
    forgettingAllRows: forgotOfAll,
    backwardTransferSapt: backwardOverAll,
  }
}

/** Undefined where a task is not tested before it is learnt. */
export function forwardFigure(
  rows: readonly Row[],
  cell: Outcomes & Pick<Cell, "classes" | "answers">,
  setup: Setup,
  random: Draws,
): Figure | undefined {
  const T = cell.tasks.length
  if (T < 2) return undefined
  const sample = sampleOf(rows, cell, T - 1, (row, i) => {
    const stage = row.stages.find(({ index }) => index === i)
    const ahead = stage?.predictions.example.some((id) => cell.examples[id].task === i + 1)
    return ahead ? hits(stage, cell, setup, i + 1) : undefined
  })
  if (sample === undefined) return undefined
  const b = guesses(cell)
  const transfer: Statistic = (means) => {
    const R = Array.from({ length: T }, () => new Array<number | null>(T).fill(null))
    for (let i = 0; i < T - 1; i++) R[i][i + 1] = means[(i + 1) * (T - 1) + i]
    return forwardTransfer(R, b) ?? 0
  }
  return figuresOf(sample, [transfer], random)[0]
}

/** Average accuracy, or mean score, after the last task. */
export function finalAccuracy(rows: readonly Row[], cell: Outcomes, setup: Setup, random: Draws): Figure | undefined {
  const sample = sampleOf(rows, cell, 1, (row) => hits(finalStage(row, cell), cell, setup))
  return sample === undefined ? undefined : figuresOf(sample, [macro], random)[0]
}

/** Mean over the units (the figure) and by majority vote; undefined for what does not route. */
export function routerAccuracy(rows: readonly Row[], cell: Outcomes, random: Draws): Summary["routerAccuracy"] {
  const sample = sampleOf(rows, cell, 2, (row, figure) => {
    const stage = finalStage(row, cell)
    if (stage === undefined || stage.predictions.chosen.every((module) => module < 0)) return undefined
    const { gates, predictions } = stage
    const byVote = (k: number, task: number) => (predictions.chosen[k] === moduleAt(stage, task) ? 100 : 0)
    const byUnits = (k: number, task: number) =>
      gates === undefined ? byVote(k, task) : 100 * rightUnits(gates.mean[k], moduleAt(stage, task))
    return outcomes(stage, cell, figure === 0 ? byUnits : byVote)
  })
  if (sample === undefined) return undefined
  const [units, vote] = figuresOf(sample, [column(0), column(1)], random)
  return { ...units, majority: vote.value }
}

/** Normalised entropy of the gates, mean over units, six significant digits; undefined without gates. */
export function gateEntropy(rows: readonly Row[], cell: Outcomes, random: Draws): Figure | undefined {
  const sample = sampleOf(rows, cell, 1, (row) => {
    const stage = finalStage(row, cell)
    const entropy = stage?.gates?.entropy
    return stage === undefined || entropy === undefined ? undefined : outcomes(stage, cell, (k) => mean(entropy[k]))
  })
  if (sample === undefined) return undefined
  const [{ value, interval }] = figuresOf(sample, [macro], random, ENTROPY_DRAWS)
  return { value: significant(value), interval: interval && [significant(interval[0]), significant(interval[1])] }
}

/** Oracle minus router, final accuracy, paired by seed and example. */
export function gapTo(
  oracle: readonly Row[],
  rows: readonly Row[],
  cell: Outcomes,
  setup: Setup,
  random: Draws,
): Figure | undefined {
  const sample = sampleOf(rows, cell, 1, (row) => {
    const best = oracle.find(({ seed }) => seed === row.seed)
    const above = best && hits(finalStage(best, cell), cell, setup)
    const own = hits(finalStage(row, cell), cell, setup)
    return above && own && above.map((value, e) => value - own[e])
  })
  return sample === undefined ? undefined : figuresOf(sample, [macro], random)[0]
}

const column =
  (figure: number): Statistic =>
  (means) => {
    let sum = 0
    for (let k = figure; k < means.length; k += 2) sum += means[k]
    return sum / (means.length / 2)
  }

const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length

function finalStage(row: Row, { tasks }: Outcomes): Stage | undefined {
  return row.stages.find(({ index }) => index === tasks.length - 1)
}

/** Percent by example id: 100 or 0, or the score of what was written; examples of later tasks than `last` count 0. */
function hits(stage: Stage | undefined, cell: Outcomes, setup: Setup, last = stage?.index): Float64Array | undefined {
  if (stage === undefined) return undefined
  const credit = credits(stage, cell.examples, setup)
  return outcomes(stage, cell, (k) => 100 * credit[k], last)
}

/** By example id; 0 where its task comes after `last`, undefined where one is missing that should be there. */
function outcomes(
  stage: Stage,
  { examples }: Outcomes,
  of: (k: number, task: number) => number,
  last = stage.index,
): Float64Array | undefined {
  const values = Float64Array.from(examples, ({ task }) => (task <= last ? Number.NaN : 0))
  stage.predictions.example.forEach((id, k) => {
    const { task } = examples[id]
    if (task <= last) values[id] = of(k, task)
  })
  return values.some(Number.isNaN) ? undefined : values
}

/** [task][example][seed][figure] from values by example id; undefined where a row lacks one, or a task has no examples. */
function sampleOf(
  rows: readonly Row[],
  { tasks, examples }: Outcomes,
  figures: number,
  values: (row: Row, figure: number) => Float64Array | undefined,
): Sample | undefined {
  const columns = rows.flatMap((row) => Array.from({ length: figures }, (_, f) => values(row, f)))
  if (columns.includes(undefined)) return undefined
  const ids: number[][] = tasks.map(() => [])
  examples.forEach(({ task }, id) => ids[task].push(id))
  if (ids.some((ofTask) => ofTask.length === 0)) return undefined
  return {
    seeds: rows.length,
    figures,
    tasks: ids.map((ofTask) => Float64Array.from(ofTask.flatMap((id) => columns.map((values) => values![id])))),
  }
}
