/** How the routers route after the last task: the confusion matrix of each, and its gates by layer. */
import type { Cell } from "../../../learning/results.ts"
import { confusion } from "../../confusion.ts"
import { gateUse } from "../../gate_use.ts"
import { seedsOf } from "../../row.ts"
import { heatPanels } from "../heat_table.ts"
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
  const panels = cell.summary.flatMap((row) => {
    const use = gateUse(cell, seedsOf(cell, row))
    if (use === undefined) return []
    const rows = use.units.map(({ unit, modules, own, entropy }) => ({
      name: html`<bdi>${unit}</bdi>`,
      values: [...modules, own, 100 * entropy],
    }))
    const columns = [...numberedHeads(use.modules), html`<th scope="col">own</th>`, html`<th scope="col">H</th>`]
    const caption = html`${rowName(row)}${use.granularity === "token" ? html`<span class="of">mean over tokens</span>` : undefined}`
    return [{ caption, corner: "unit \\ module", columns, rows, range: [0, 100] as const, digits: 0 }]
  })
  const caption = `Share of the gates, in percent, that each routing unit (rows) gives to each module (columns), mean over all test examples after the last task; own: the share of the module of the example’s own task; H: entropy of the gates in percent of its maximum.${overSeeds(cell.summary)}`
  return html`<h3>Gates by layer</h3>
${panels.length === 0 ? html`<p class="note">No row stores gates.</p>` : figure(caption, heatPanels(panels, budget, "Gates by layer"))}`
}
