/** The accuracy matrices of all rows as heat maps: R[i][j], accuracy on task j after learning task i. */
import type { Cell, Summary } from "../../../learning/results.ts"
import { headline, scenarioOf } from "../../columns.ts"
import { meanMatrix, type Setup } from "../../over_seeds.ts"
import { seedsOf } from "../../row.ts"
import { type HeatTable, heatPanels } from "../heat_table.ts"
import { html, type Markup } from "../markup.ts"
import { figure, numberedHeads, numberedName, overSeeds, rowName } from "../parts.ts"

export function matricesSection(cell: Cell, budget: number): Markup {
  const rows = cell.summary.filter((row) => row.notDefined === undefined)
  const panels = (setup: Setup) => rows.map((row) => panel(cell, row, setup)).filter((table) => table.rows.length > 0)
  const seeds = overSeeds(cell.summary)
  if (cell.answers) return scoreMatrices(panels, seeds, budget)
  const what =
    "Accuracy in percent on each task (columns) after learning each task (rows); the diagonal is the accuracy right after learning"
  const within = figure(
    `${what}, within the task’s own classes (task-incremental).${seeds}`,
    heatPanels(panels("taskIncremental"), budget / 2, "Accuracy matrix, task-incremental"),
  )
  const f1 = f1Matrices(panels("weightedF1"), seeds, budget)
  if (headline(cell) === "taskIncremental")
    return html`<h3>Accuracy matrix</h3>
${within}${f1}
`
  const { word, over } = scenarioOf(cell)
  const seen = cell.scenario === "domain_incremental" ? over.replace(/,$/, "") : "over all classes seen so far"
  return html`<h3>Accuracy matrix</h3>
${figure(`${what}, ${seen} (${word}).${seeds}`, heatPanels(panels("classIncremental"), budget / 2, `Accuracy matrix, ${word}`))}
<details><summary>Within each task’s own classes (task-incremental)</summary>
${within}
</details>
${f1}`
}

/** Weighted F1, where it is asked for. */
const f1Matrices = (panels: readonly HeatTable[], seeds: string, budget: number): Markup | undefined =>
  panels.length === 0
    ? undefined
    : html`<details><summary>Weighted F1</summary>
${figure(`Weighted F1 in percent on each task (columns) after learning each task (rows), in the set-up of the table.${seeds}`, heatPanels(panels, budget / 2, "Matrix of weighted F1"))}
</details>
`

/** Mean Rouge-L, and the share of exact answers. */
function scoreMatrices(panels: (setup: Setup) => readonly HeatTable[], seeds: string, budget: number): Markup {
  const what = "of the answers on each task (columns) after learning each task (rows), in percent"
  const ofOne = (setup: Setup, name: string) =>
    figure(`${name} ${what}.${seeds}`, heatPanels(panels(setup), budget / 2, `Matrix of ${name}`))
  return html`<h3>Rouge-L matrix</h3>
${ofOne("rougeL", "Rouge-L")}
<details><summary>Exact matches</summary>
${ofOne("exactMatch", "Exact matches")}
</details>
`
}

function panel(cell: Cell, row: Summary, setup: Setup): HeatTable {
  const matrix = meanMatrix(seedsOf(cell, row), setup)
  const rows = matrix.flatMap((values, i) =>
    values.some((value) => value !== null) ? [{ name: numberedName(cell.tasks, i), values }] : [],
  )
  return {
    caption: rowName(row),
    corner: "after \\ on",
    columns: numberedHeads(cell.tasks),
    rows,
    range: [0, 100],
    digits: 0,
  }
}
