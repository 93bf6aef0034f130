/** The first picture: accuracy of every row after the last task, over all classes and within tasks, with intervals. */
import type { Cell, Figure, Summary } from "../../../learning/results.ts"
import { capital, headline, measured, SCENARIO_WORDS, scenarioOf } from "../../columns.ts"
import { fixed, interval, printable } from "../../number_text.ts"
import { axisOf } from "../axis.ts"
import { html, type Markup } from "../markup.ts"
import { figure, overSeeds, rowName, scroll } from "../parts.ts"
import { type Mark, strip, stripTicks } from "../strip.ts"

export function accuracySection(cell: Cell): Markup {
  const rows = cell.summary
  const [field, beside] = marked(cell)
  const figures = rows.flatMap((row) => [row[field], beside && row[beside]]).filter(printable)
  const axis = axisOf(
    figures.flatMap(({ interval: range }) => [...range]),
    [0, 100],
  )
  const { title, word, over } = scenarioOf(cell)
  const hollow = cell.answers ? "exact match" : "within each task’s own classes (task-incremental)"
  const filled = beside
    ? html`filled: ${cell.answers ? word : `${over} (${word})`}, <span class="key open" aria-hidden="true"></span>hollow: ${hollow}`
    : html`${over} (${word})`
  const caption = html`${cell.answers ? "What the answers score" : "Accuracy"} after the last task, mean over tasks, with 95 % intervals: <span class="key" aria-hidden="true"></span>${filled}. Routers in blue, bounds and controls in grey.${overSeeds(rows)}`
  const table = html`<table class="dots"><thead><tr><th scope="col">Row</th><td class="plot">${stripTicks(axis)}</td><th scope="col" class="n">${title}</th>${beside ? html`<th scope="col" class="n">${SCENARIO_WORDS[cell.answers ? "exact_match" : "task_incremental"].title}</th>` : undefined}</tr></thead>
<tbody>${rows.map(
    (
      row,
    ) => html`<tr class="${row.kind}"><th scope="row">${rowName(row)}</th>${row.notDefined === undefined ? defined(row) : html`<td colspan="${beside ? 3 : 2}">not defined: ${row.notDefined}</td>`}</tr>
`,
  )}</tbody></table>`
  const name = capital(measured(cell))
  return html`<h3>${name}</h3>
${figure(caption, scroll(`${name} of every row`, table))}`

  function defined(row: Summary): Markup {
    const marks = [mark(row, row[field], ""), beside ? mark(row, row[beside], " hollow") : []].flat()
    return html`<td class="plot">${strip(axis, marks)}</td><td class="n">${figureCell(row[field])}</td>${beside ? html`<td class="n">${figureCell(row[beside])}</td>` : undefined}`
  }
}

type Field = "classIncremental" | "taskIncremental" | "rougeL" | "exactMatch"

/** What is marked: filled, and hollow where there are two. */
const marked = (cell: Cell): readonly [Field, Field?] => {
  const field = headline(cell)
  if (field === "taskIncremental") return [field]
  return [field, field === "rougeL" ? "exactMatch" : "taskIncremental"]
}

const mark = (row: Summary, value: Figure | undefined, look: string): Mark[] =>
  printable(value) ? [{ value: value.value, interval: value.interval, look: row.kind + look }] : []

/** The value, and its interval in grey. */
export const figureCell = (value: Figure | undefined, digits = 1): Markup =>
  printable(value)
    ? html`${fixed(value.value, digits)} <span class="ci">${interval(value.interval, digits)}</span>`
    : html`–`
