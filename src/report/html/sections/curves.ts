/** Accuracy and forgetting over the tasks: one small panel a row, the other rows as grey lines behind it. */

import { averageAccuracy } from "../../../learning/metrics/average_accuracy.ts"
import { forgetting } from "../../../learning/metrics/forgetting.ts"
import type { Cell, Summary } from "../../../learning/results.ts"
import { headline, scenarioOf } from "../../columns.ts"
import { curve, type Matrix, type Setup } from "../../over_seeds.ts"
import { identityOf, rowLabel, seedsOf } from "../../row.ts"
import { axisOf } from "../axis.ts"
import { type CurveFrame, curvePanel, ghostLines } from "../curve.ts"
import { html, type Markup } from "../markup.ts"
import { figure, numberedHeads, overSeeds, rowName, scroll } from "../parts.ts"

interface Kind {
  readonly id: string
  readonly title: string
  readonly caption: string
  /** Where texts are answered in words. */
  readonly ofAnswers: { readonly title: string; readonly caption: string }
  readonly figure: (soFar: Matrix) => number | undefined
  readonly within?: readonly [number, number]
}

const ACCURACY: Kind = {
  id: "accuracy",
  title: "Accuracy over the tasks",
  caption: "Accuracy in percent on the tasks seen so far, mean over these tasks, after each task",
  ofAnswers: {
    title: "Rouge-L over the tasks",
    caption: "Rouge-L in percent on the tasks seen so far, mean over these tasks, after each task",
  },
  figure: (soFar) => averageAccuracy(soFar),
  within: [0, 100],
}

const FORGETTING: Kind = {
  id: "forgetting",
  title: "Forgetting over the tasks",
  caption:
    "Forgetting in percentage points after each task: best earlier accuracy on a task minus the present one, mean over the tasks before the last seen",
  ofAnswers: {
    title: "Forgetting over the tasks",
    caption:
      "Forgetting in percentage points of Rouge-L after each task: best earlier Rouge-L on a task minus the present one, mean over the tasks before the last seen",
  },
  figure: (soFar) => forgetting(soFar),
}

export const accuracyCurves = (cell: Cell, index: number): Markup => curves(cell, index, ACCURACY)
export const forgettingCurves = (cell: Cell, index: number): Markup => curves(cell, index, FORGETTING)

interface Line {
  readonly row: Summary
  readonly setup: Setup
  readonly values: readonly (number | null)[]
}

function curves(cell: Cell, index: number, kind: Kind): Markup {
  const { title, caption: what } = cell.answers ? kind.ofAnswers : kind
  const lines = cell.summary.flatMap((row) => lineOf(cell, row, kind))
  if (lines.length === 0)
    return html`<h3>${title}</h3><p class="note">Fewer than two stages were evaluated, so there is no curve.</p>`
  const frame: CurveFrame = {
    axis: axisOf(
      lines.flatMap(({ values }) => values.filter((value) => value !== null)),
      kind.within,
    ),
    stages: cell.tasks.length,
    ghost: `ghost-${kind.id}-${index}`,
  }
  const within =
    headline(cell) === "classIncremental" && lines.some(({ setup }) => setup === "taskIncremental")
      ? " Rows that are told the task: task-incremental."
      : ""
  const caption = `${what}${cell.answers ? "" : `; ${scenarioOf(cell).word}`}. Each panel shows one row before all others in grey; tasks are numbered in their order.${within}${overSeeds(cell.summary)}`
  const panels = html`${ghostLines(
    frame,
    lines.map(({ values }) => values),
  )}<ul class="panels">${lines.map(
    ({
      row,
      values,
    }) => html`<li><p class="panel-title">${rowName(row)}</p>${curvePanel(frame, values, row.kind, rowLabel(identityOf(row)))}</li>
`,
  )}</ul>`
  return html`<h3>${title}</h3>
${figure(caption, html`${panels}<details><summary>The same as a table</summary>${scroll(title, dataTable(cell, lines))}</details>`)}`
}

/** A row that knows the task has no class-incremental accuracy; its task-incremental one is shown. Nothing where fewer than two stages are there. */
function lineOf(cell: Cell, row: Summary, kind: Kind): Line[] {
  if (row.notDefined !== undefined) return []
  const rows = seedsOf(cell, row)
  const told = row.classIncremental === undefined && row.taskIncremental !== undefined
  const setup: Setup = cell.answers ? "rougeL" : told ? "taskIncremental" : "classIncremental"
  const values = curve(rows, setup, kind.figure)
  return values.filter((value) => value !== null).length < 2 ? [] : [{ row, setup, values }]
}

const dataTable = (
  cell: Cell,
  lines: readonly Line[],
): Markup => html`<table class="wide"><thead><tr><th scope="col">Row, after task</th>${numberedHeads(cell.tasks)}</tr></thead>
<tbody>${lines.map(
  ({
    row,
    values,
  }) => html`<tr><th scope="row">${rowName(row)}</th>${values.map((value) => html`<td class="n">${value === null ? "–" : value.toFixed(1)}</td>`)}</tr>
`,
)}</tbody></table>`
