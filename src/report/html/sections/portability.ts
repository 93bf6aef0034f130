/** A portability on the page: the curves of all starts over the budgets, the same as a table, and the comparisons with the verdict. */
import type { PortabilityCell } from "../../../learning/portability_results.ts"
import { figureText, fixed, interval, probability, signed } from "../../number_text.ts"
import { budget, PORTABILITY_NOTE, portabilityName, portabilityScope } from "../../portability_block.ts"
import { axisOf } from "../axis.ts"
import { type CurveFrame, curvePanel, ghostLines } from "../curve.ts"
import { html, type Markup } from "../markup.ts"
import { figure, scroll } from "../parts.ts"

export function portabilitySection(cell: PortabilityCell, index: number): Markup {
  const head = html`<h2 id="portability-${index + 1}"><bdi>${portabilityName(cell)}</bdi></h2>
<p class="muted">${portabilityScope(cell)}. ${cell.tasks.map(({ task, from }, i) => html`${i === 0 ? "" : ", "}<bdi>${from}</bdi> to <bdi>${task}</bdi>`)}.</p>`
  if (cell.notDefined !== undefined)
    return html`<section>${head}<p class="note">Not defined: ${cell.notDefined}.</p></section>
`
  return html`<section>${head}
${cell.verdict ? html`<p><strong>${cell.verdict.conclusion}</strong></p>` : undefined}
<h3>Accuracy over training steps</h3>
${figure(PORTABILITY_NOTE, html`${cell.steps.length > 1 ? panels(cell, index) : undefined}${scroll("Accuracy by start and training steps", accuracies(cell))}`)}
<h3>The carried module against the others</h3>
${scroll("Comparisons of the carried module", comparisons(cell))}</section>
`
}

/** The look of a line: that of a row of the tables; the carried module stands out as a router does. */
const LOOKS: Readonly<Record<string, string>> = { ported: "router" }

function panels(cell: PortabilityCell, index: number): Markup {
  const lines = cell.curves.map(({ accuracy }) => accuracy.map(({ value }) => value))
  const frame: CurveFrame = {
    axis: axisOf(lines.flat(), [0, 100]),
    stages: cell.steps.length,
    ghost: `ghost-portability-${index}`,
    at: cell.steps.map(budget),
    ticks: cell.steps.map(String),
  }
  return html`${ghostLines(frame, lines)}<ul class="panels">${cell.curves.map(
    (
      { start },
      k,
    ) => html`<li><p class="panel-title">${start}</p>${curvePanel(frame, lines[k], LOOKS[start] ?? "bound", start)}</li>
`,
  )}</ul>`
}

const accuracies = ({ steps, curves }: PortabilityCell): Markup =>
  html`<table><thead><tr><th scope="col">Start</th>${steps.map((one) => html`<th scope="col" class="n">${budget(one)}</th>`)}</tr></thead>
<tbody>${curves.map(
    ({
      start,
      accuracy,
    }) => html`<tr><th scope="row">${start}</th>${accuracy.map((one) => html`<td class="n">${figureText(one) ?? "\u2013"}</td>`)}</tr>
`,
  )}</tbody></table>`

const comparisons = (cell: PortabilityCell): Markup =>
  html`<table><thead><tr><th scope="col">Ported minus</th><th scope="col" class="n">Steps</th><th scope="col" class="n">Difference</th><th scope="col" class="n">95 % interval</th><th scope="col" class="n">p</th><th scope="col" class="n">Corrected</th><th scope="col" class="n">Detectable</th><th scope="col">Porting</th></tr></thead>
<tbody>${cell.comparisons.map(
    ({ against, steps, difference, interval: range, p, corrected, minimumDetectable, finding }) =>
      html`<tr><th scope="row">${against}</th><td class="n">${String(steps)}</td><td class="n">${signed(difference)}</td><td class="n">${interval(range)}</td><td class="n">${probability(p)}</td><td class="n">${probability(corrected)}</td><td class="n">${fixed(minimumDetectable)}</td><td>${finding}</td></tr>
`,
  )}</tbody></table>`
