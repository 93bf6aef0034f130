/** How the routers route after the last task: the confusion matrix of each, and its gates by layer. */
import { gateUse } from "../../../learning/gate_use.ts"
import type { Cell, GateUse, Summary } from "../../../learning/results.ts"
import { confusion } from "../../confusion.ts"
import { seedsOf } from "../../row.ts"
import { type HeatTable, heatPanels } from "../heat_table.ts"
import { html, type Markup } from "../markup.ts"
import { figure, numberedHeads, numberedName, overSeeds, rowName } from "../parts.ts"

export function confusionSection(cell: Cell, budget: number): Markup {
  const panels = cell.summary.flatMap((row) => {
    const found = confusion(cell, seedsOf(cell, row))
    if (found === undefined) return []
    const rows = found.shares.map((values, task) => ({ name: numberedName(cell.tasks, task), values }))
    return [
      {
        caption: rowName(row),
        corner: "task \\ module",
        columns: numberedHeads(found.modules),
        rows,
        range: [0, 100] as const,
        digits: 0,
      },
    ]
  })
  const caption = `Percent of the test examples of each task (rows) for which the module of each task (columns) has the largest gate, by majority of the routing units. A perfect router has 100 on the diagonal.${overSeeds(cell.summary)}`
  return html`<h3>Router confusion</h3>
${panels.length === 0 ? html`<p class="note">No row chooses among modules.</p>` : figure(caption, heatPanels(panels, budget, "Router confusion matrix"))}`
}

export function gatesSection(cell: Cell, budget: number): Markup {
  const used = cell.summary.flatMap((row) => {
    const use = gateUse(cell, seedsOf(cell, row))
    return use === undefined ? [] : [{ row, use }]
  })
  if (used.length === 0)
    return html`<h3>Gates by layer</h3>
<p class="note">No row stores gates.</p>`
  const seeds = overSeeds(cell.summary)
  const panels = (of: (use: GateUse, row: Summary) => readonly HeatTable[]) =>
    used.flatMap(({ row, use }) => of(use, row))
  return html`<h3>Gates by layer</h3>
${figure(`Share of the gates, in percent, that each routing unit (rows) gives to each module (columns) after the last task, mean over the test examples of a task, then over tasks; own: the share of the module of the example’s own task; right: examples whose largest gate is that of their own module; H: entropy of the gates in percent of its maximum; MI: mutual information of example and module, in percent of its maximum; used: as many modules as, evenly used, would have the entropy of the mean shares.${seeds}`, heatPanels(panels(byUnit), budget / 2, "Gates by layer"))}
<details><summary>By layer and task</summary>
${figure(
  `Mass on the right module, and entropy, in percent: at each routing unit (rows) on the test examples of each task (columns).${seeds}`,
  heatPanels(
    panels((use, row) => byTask(use, row, cell.tasks)),
    budget / 4,
    "Gates by layer and task",
  ),
)}
${figure(
  `Utilisation: share of the gates, in percent, that each module (columns) gets on the test examples of each task (rows), at each routing unit.${seeds}`,
  heatPanels(
    panels((use, row) => byModule(use, row, cell.tasks)),
    budget / 4,
    "Utilisation by layer and task",
  ),
)}
</details>`
}

const percent = (share: number) => 100 * share
const named = (row: Summary, { granularity }: GateUse, what: string): Markup =>
  html`${rowName(row)}${what === "" ? undefined : html` <span class="of">${what}</span>`}${granularity === "token" ? html`<span class="of">mean over tokens</span>` : undefined}`
const head = (word: string): Markup => html`<th scope="col">${word}</th>`
const SHARE = { range: [0, 100] as const, digits: 0 }

function byUnit(use: GateUse, row: Summary): readonly HeatTable[] {
  const rows = use.units.map(({ unit, shares, own, right, entropy, mutualInformation, inUse }) => ({
    name: html`<bdi>${unit}</bdi>`,
    values: [
      ...shares,
      own,
      right,
      entropy,
      mutualInformation / Math.log(Math.max(2, use.modules.length)),
      inUse / use.modules.length,
    ].map(percent),
  }))
  const columns = [...numberedHeads(use.modules), ...["own", "right", "H", "MI", "used"].map(head)]
  return [{ caption: named(row, use, ""), corner: "unit \\ module", columns, rows, ...SHARE }]
}

/** A panel of the right module's mass, and one of entropies. */
function byTask(use: GateUse, row: Summary, tasks: readonly string[]): readonly HeatTable[] {
  const panel = (what: string, field: "own" | "entropy"): HeatTable => ({
    caption: named(row, use, what),
    corner: "unit \\ task",
    columns: numberedHeads(tasks),
    rows: use.units.map((unit) => ({
      name: html`<bdi>${unit.unit}</bdi>`,
      values: tasks.map((_, t) => {
        const found = unit.tasks.find(({ task }) => task === t)
        return found ? percent(found[field]) : null
      }),
    })),
    ...SHARE,
  })
  return [panel("mass on the right module", "own"), panel("entropy", "entropy")]
}

const byModule = (use: GateUse, row: Summary, tasks: readonly string[]): readonly HeatTable[] =>
  use.units.map((unit) => ({
    caption: named(row, use, unit.unit),
    corner: "task \\ module",
    columns: numberedHeads(use.modules),
    rows: unit.tasks.map(({ task, shares }) => ({ name: numberedName(tasks, task), values: shares.map(percent) })),
    ...SHARE,
  }))
