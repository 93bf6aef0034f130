/** The columns of the table of a cell, for the terminal and the page alike: what each is called, and what it shows of a row. */
import type { Summary } from "../learning/results.ts"
import { bytes, count, duration, figureText, fixed, shortFigure } from "./number_text.ts"

export interface Column {
  readonly title: string
  /** What the figure is, in a sentence. */
  readonly meaning: string
  /** Undefined where the row has no such figure. `wide` has room for the whole interval. */
  readonly text: (row: Summary, wide: boolean) => string | undefined
}

const percent = (title: string, meaning: string, field: "classIncremental" | "taskIncremental"): Column => ({
  title,
  meaning,
  text: (row) => figureText(row[field]),
})

type Secondary = "anytime" | "forgetting" | "backwardTransfer" | "learningAccuracy" | "routerAccuracy" | "entropy"

const secondary = (title: string, meaning: string, field: Secondary, digits = 1): Column => ({
  title,
  meaning,
  text: (row, wide) => (wide ? figureText : shortFigure)(row[field], digits),
})

export const COLUMNS: readonly Column[] = [
  percent(
    "Class-incr. %",
    "Accuracy over all classes after the last task, mean over tasks, 95 % interval.",
    "classIncremental",
  ),
  percent(
    "Task-incr. %",
    "Accuracy within each task's own classes after the last task, mean over tasks, 95 % interval.",
    "taskIncremental",
  ),
  secondary("Anytime %", "Class-incremental accuracy on the tasks seen so far, averaged over all stages.", "anytime"),
  secondary(
    "Forgetting",
    "Best earlier accuracy on a task minus the last, in points, mean over all tasks but the last.",
    "forgetting",
  ),
  secondary(
    "Backward",
    "Backward transfer: last accuracy on a task minus that right after learning it, in points.",
    "backwardTransfer",
  ),
  secondary("Learning %", "Learning accuracy: accuracy on each task right after learning it.", "learningAccuracy"),
  secondary(
    "Router %",
    "Router accuracy: how often the largest gate is that of the example's own task.",
    "routerAccuracy",
  ),
  secondary("Entropy", "Entropy of the gates over log of their number: 0 = one module, 1 = all alike.", "entropy", 2),
  {
    title: "Trained",
    meaning: "Trainable parameters of the row.",
    text: ({ cost }) => count(cost.trainableParameters),
  },
  { title: "Stored", meaning: "Bytes stored by the row.", text: ({ cost }) => bytes(cost.storedBytes) },
  {
    title: "FLOPs",
    meaning: "Forward FLOPs as a multiple of the backbone with one module.",
    text: ({ cost }) => `${fixed(cost.forwardFlops, 2)}\u00d7`,
  },
  {
    title: "Fit CPU",
    meaning: "CPU time to fit the row; features that it needs are charged in full.",
    text: ({ cost }) => duration(cost.fitSeconds),
  },
]
