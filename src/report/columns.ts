/** The columns of the table of a cell, for the terminal and the page alike: what each is called, and what it shows of a row. */
import type { Cell, Summary } from "../learning/results.ts"
import { bytes, count, duration, figureText, fixed, shortFigure } from "./number_text.ts"

export interface Column {
  /** The word under which `measure` asks for it. */
  readonly measure: string
  readonly title: string
  /** What the figure is, in a sentence. */
  readonly meaning: string
  /** Undefined where the row has no such figure. `wide` has room for the whole interval. */
  readonly text: (row: Summary, wide: boolean) => string | undefined
}

const percent = (
  measure: string,
  title: string,
  meaning: string,
  field: "classIncremental" | "taskIncremental" | "rougeL" | "exactMatch" | "weightedF1",
): Column => ({
  measure,
  title,
  meaning,
  text: (row) => figureText(row[field]),
})

type Secondary =
  | "anytime"
  | "forgetting"
  | "backwardTransfer"
  | "forgettingAllRows"
  | "backwardTransferSapt"
  | "forwardTransfer"
  | "learningAccuracy"
  | "routerAccuracy"
  | "entropy"

const secondary = (measure: string, title: string, meaning: string, field: Secondary, digits = 1): Column => ({
  measure,
  title,
  meaning,
  text: (row, wide) => (wide ? figureText : shortFigure)(row[field], digits),
})

/** The scenario of a cell in words: how its accuracy is called, in a column's title, in a sentence, and what it is over. */
export const SCENARIO_WORDS = {
  class_incremental: { title: "Class-incr. %", word: "class-incremental", over: "over all classes" },
  task_incremental: { title: "Task-incr. %", word: "task-incremental", over: "within each task's own classes" },
  domain_incremental: { title: "Domain-incr. %", word: "domain-incremental", over: "by label, the task unknown," },
  rouge_l: { title: "Rouge-L %", word: "Rouge-L", over: "of the answers" },
  exact_match: { title: "Exact %", word: "exact match", over: "of the answers" },
} as const

type About = Pick<Cell, "scenario" | "answers">

export const scenarioOf = ({ scenario = "class_incremental", answers }: About) =>
  SCENARIO_WORDS[answers ? "rouge_l" : scenario]

/** What a cell measures first, in a sentence: "accuracy", "Rouge-L". */
export const measured = ({ answers }: Pick<Cell, "answers">): string => (answers ? "Rouge-L" : "accuracy")

/** The same with its scenario: "class-incremental accuracy". */
export const fullyMeasured = (cell: About): string =>
  cell.answers ? measured(cell) : `${scenarioOf(cell).word} accuracy`

/** Where the figure stands that the cell is about. */
export const headline = ({ scenario, answers }: About): "classIncremental" | "taskIncremental" | "rougeL" =>
  answers ? "rougeL" : scenario === "task_incremental" ? "taskIncremental" : "classIncremental"

/** Shown where they are named alone. */
const ON_REQUEST: ReadonlySet<string> = new Set([
  "weighted_f1",
  "forgetting_all_rows",
  "backward_transfer_sapt",
  "forward_transfer",
])

/** The columns of a cell's table: those that it measures (some where they are named alone); under `task_incremental` there is one accuracy. */
export const columnsOf = (cell: About & Pick<Cell, "measures">): readonly Column[] =>
  allColumns(cell).filter(
    ({ measure }) =>
      ((cell.measures === undefined && !ON_REQUEST.has(measure)) ||
        cell.measures?.includes(measure) ||
        (cell.scenario === "task_incremental" && measure === "task_accuracy" && cell.measures?.includes("accuracy"))) &&
      !(cell.scenario === "task_incremental" && measure === "accuracy"),
  )

/** What an answer in words scores. */
const SCORES: readonly Column[] = [
  percent(
    "rouge_l",
    SCENARIO_WORDS.rouge_l.title,
    "Rouge-L of the answers after the last task, stemmed, against the best of an example's references, mean over tasks, 95 % interval.",
    "rougeL",
  ),
  percent(
    "exact_match",
    SCENARIO_WORDS.exact_match.title,
    "Answers that are one of their references, case and punctuation aside, after the last task, mean over tasks, 95 % interval.",
    "exactMatch",
  ),
]

const accuracies = (cell: About): readonly Column[] => [
  percent(
    "accuracy",
    scenarioOf(cell).title,
    `Accuracy ${scenarioOf(cell).over} after the last task, mean over tasks, 95 % interval.`,
    "classIncremental",
  ),
  percent(
    "task_accuracy",
    "Task-incr. %",
    "Accuracy within each task's own classes after the last task, mean over tasks, 95 % interval.",
    "taskIncremental",
  ),
  percent(
    "weighted_f1",
    "Weighted F1 %",
    `F1 of each class, weighted by its test examples, ${scenarioOf(cell).over} after the last task, mean over tasks, 95 % interval.`,
    "weightedF1",
  ),
]

const allColumns = (cell: About): readonly Column[] => [
  ...(cell.answers ? SCORES : accuracies(cell)),
  secondary(
    "anytime",
    "Anytime %",
    `${capital(fullyMeasured(cell))} on the tasks seen so far, averaged over all stages.`,
    "anytime",
  ),
  secondary(
    "forgetting",
    "Forgetting",
    `Best earlier ${measured(cell)} on a task minus the last, in points, mean over all tasks but the last.`,
    "forgetting",
  ),
  secondary(
    "backward_transfer",
    "Backward",
    `Backward transfer: last ${measured(cell)} on a task minus that right after learning it, in points.`,
    "backwardTransfer",
  ),
  secondary(
    "forgetting_all_rows",
    "F (mammoth)",
    `Best ${measured(cell)} on a task, the last one too, minus the last, in points: forgetting as mammoth and l2p-pytorch compute it, never negative.`,
    "forgettingAllRows",
  ),
  secondary(
    "backward_transfer_sapt",
    "BWT (SAPT)",
    "Backward transfer over all tasks, and not all but the last, in points: as SAPT's score.py computes it.",
    "backwardTransferSapt",
  ),
  secondary(
    "forward_transfer",
    "Forward",
    `Forward transfer: ${measured(cell)} on a task before it is learnt${cell.answers ? "" : ", over that of a guess among the labels so far"}, in points.`,
    "forwardTransfer",
  ),
  secondary(
    "learning_accuracy",
    "Learning %",
    `Learning accuracy: ${measured(cell)} on each task right after learning it.`,
    "learningAccuracy",
  ),
  secondary(
    "router_accuracy",
    "Router %",
    "Router accuracy: how often the largest gate is that of the example's own task.",
    "routerAccuracy",
  ),
  secondary(
    "entropy",
    "Entropy",
    "Entropy of the gates over log of their number: 0 = one module, 1 = all alike.",
    "entropy",
    2,
  ),
  {
    measure: "cost",
    title: "Trained",
    meaning: "Trainable parameters of the row.",
    text: ({ cost }) => count(cost.trainableParameters),
  },
  {
    measure: "cost",
    title: "Stored",
    meaning: "Bytes stored by the row.",
    text: ({ cost }) => bytes(cost.storedBytes),
  },
  {
    measure: "cost",
    title: "FLOPs",
    meaning: "Forward FLOPs as a multiple of the backbone with one module.",
    text: ({ cost }) => `${fixed(cost.forwardFlops, 2)}\u00d7`,
  },
  {
    measure: "cost",
    title: "Fit CPU",
    meaning: "CPU time to fit the row; features that it needs are charged in full.",
    text: ({ cost }) => duration(cost.fitSeconds),
  },
]

export const capital = (word: string): string => word[0].toUpperCase() + word.slice(1)
