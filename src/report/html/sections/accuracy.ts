/** The first picture: accuracy of every row after the last task, over all classes and within tasks, with intervals. */
import type { Cell, Figure, Summary } from "../../../learning/results.ts"
import { headline, scenarioOf } from "../../columns.ts"
import { fixed, interval, printable } from "../../number_text.ts"
import { axisOf } from "../axis.ts"
import { html, type Markup } from "../markup.ts"
import { figure, overSeeds, rowName, scroll } from "../parts.ts"
import { type Mark, strip, stripTicks } from "../strip.ts"

export function accuracySection(cell: Cell): Markup {
  const rows = cell.summary
  const figures = rows.flatMap((row) => [row.classIncremental, row.taskIncremental]).filter(printable)
  const axis = axisOf(
    figures.flatMap(({ interval: range }) => [...range]),
    [0, 100],
  )
  const { title, word, over } = scenarioOf(cell)
  const both = headline(cell) === "classIncremental"
  const filled = both
    ? html`filled: ${over} (${word}), <span class="key open" aria-hidden="true"></span>hollow: within each task’s own classes (task-incremental)`
    : html`${over} (${word})`
  const caption = html`Accuracy after the last task, mean over tasks, with 95 % intervals: <span class="key" aria-hidden="true"></span>${filled}. Routers in blue, bounds and controls in grey.${overSeeds(rows)}`
  const table = html`<table class="dots"><thead><tr><th scope="col">Row</th><td class="plot">${stripTicks(axis)}</td><th scope="col" class="n">${title}</th>${both ? html`<th scope="col" class="n">Task-incr. %</th>` : undefined}</tr></thead>
<tbody>${rows.map(
    (
      row,
    ) => html`<tr class="${row.kind}"><th scope="row">${rowName(row)}</th>${row.notDefined === undefined ? defined(row) : html`<td colspan="${both ? 3 : 2}">not defined: ${row.notDefined}</td>`}</tr>
`,
  )}</tbody></table>`
  return html`<h3>Accuracy</h3>
${figure(caption, scroll("Accuracy of every row", table))}`

  function defined(row: Summary): Markup {
    const marks = both
      ? [mark(row, row.classIncremental, ""), mark(row, row.taskIncremental, " hollow")].flat()
      : mark(row, row.taskIncremental, "")
    return html`<td class="plot">${strip(axis, marks)}</td>${both ? html`<td class="n">${figureCell(row.classIncremental)}</td>` : undefined}<td class="n">${figureCell(row.taskIncremental)}</td>`
  }
}

const mark = (row: Summary, value: Figure | undefined, look: string): Mark[] =>
  printable(value) ? [{ value: value.value, interval: value.interval, look: row.kind + look }] : []

/** The value, and its interval in grey. */
export const figureCell = (value: Figure | undefined, digits = 1): Markup =>
  printable(value)
    ? html`${fixed(value.value, digits)} <span class="ci">${interval(value.interval, digits)}</span>`
    : html`–`
