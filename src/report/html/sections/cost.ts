/** Cost against accuracy: three scatter plots, numbered points, and the table that holds their names and numbers. */
import type { Cell, Cost, Summary } from "../../../learning/results.ts"
import { capital, fullyMeasured, headline, measured, scenarioOf } from "../../columns.ts"
import { bytes, count, duration, fixed, printable } from "../../number_text.ts"
import { axisOf } from "../axis.ts"
import { costScale } from "../cost_scale.ts"
import { html, type Markup } from "../markup.ts"
import { figure, overSeeds, rowName, scroll } from "../parts.ts"
import { scatter } from "../scatter.ts"
import { figureCell } from "./accuracy.ts"

interface CostKind {
  readonly title: string
  readonly of: (cost: Cost) => number
  readonly text: (value: number) => string
  readonly tick: (value: number) => string
}

const KINDS: readonly CostKind[] = [
  { title: "CPU time to fit", of: (cost) => cost.fitSeconds, text: duration, tick: (value) => `${value} s` },
  {
    title: "Forward FLOPs, multiple",
    of: (cost) => cost.forwardFlops,
    text: (value) => `${fixed(value, 2)}×`,
    tick: (value) => `${value}×`,
  },
  { title: "Stored bytes", of: (cost) => cost.storedBytes, text: bytes, tick: bytes },
]

export function costSection(cell: Cell): Markup {
  const field = headline(cell)
  const { title } = scenarioOf(cell)
  const word = fullyMeasured(cell)
  const heading = `Cost against ${measured(cell)}`
  const accuracyOf = (row: Summary): number => row[field]?.value ?? 0
  const rows = cell.summary.filter((row) => printable(row[field]))
  const without = cell.summary.length - rows.length
  if (rows.length === 0) return html`<h3>${heading}</h3><p class="note">No row has a ${word}.</p>`
  const left =
    without === 0
      ? ""
      : ` ${without} row${without === 1 ? "" : "s"} without it ${without === 1 ? "is" : "are"} left out.`
  const caption = `${capital(word)} in percent against three costs; the numbers name the rows of the table below. On the dashed line no other row is both cheaper and better. Scales of more than one decade are logarithmic, zero stands at the left.${left}${overSeeds(rows)}`
  const accuracy = axisOf(rows.map(accuracyOf), [0, 100])
  const plots = html`<ul class="panels">${KINDS.map((kind) => {
    const values = rows.map((row) => kind.of(row.cost))
    const points = rows.map((row, i) => ({ x: values[i], y: accuracyOf(row), number: i + 1, look: row.kind }))
    const label = `${kind.title} against ${word}; the values stand in the table below`
    return html`<li><p class="panel-title">${kind.title}</p>${scatter(points, costScale(values), accuracy, kind.tick, label)}</li>
`
  })}</ul>`
  return html`<h3>${heading}</h3>
${figure(caption, html`${plots}${scroll("Cost of every row", dataTable(rows, title, field))}`)}`
}

const dataTable = (
  rows: readonly Summary[],
  title: string,
  field: ReturnType<typeof headline>,
): Markup => html`<table><thead><tr><th scope="col" class="n">No.</th><th scope="col">Row</th><th scope="col" class="n">${title}</th>${KINDS.map((kind) => html`<th scope="col" class="n">${kind.title}</th>`)}<th scope="col" class="n">Trained parameters</th></tr></thead>
<tbody>${rows.map(
  (row, i) =>
    html`<tr class="${row.kind}"><td class="n">${i + 1}</td><th scope="row">${rowName(row)}</th><td class="n">${figureCell(row[field])}</td>${KINDS.map((kind) => html`<td class="n">${kind.text(kind.of(row.cost))}</td>`)}<td class="n">${count(row.cost.trainableParameters)}</td></tr>
`,
)}</tbody></table>`
