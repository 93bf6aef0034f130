/** The table of a cell with every column. */
import type { Cell } from "../../../learning/results.ts"
import { columnsOf } from "../../columns.ts"
import { groupsNote } from "../../groups.ts"
import { answersNote, HEAD_WORDS, LEGEND, markNotes, SOURCE_WORDS, signsOf } from "../../row.ts"
import { html, type Markup } from "../markup.ts"
import { figure, scroll } from "../parts.ts"

export function tableSection(cell: Cell): Markup {
  const columns = columnsOf(cell)
  const marks = markNotes(cell.summary).map((note) => ` ${note}`)
  const groups = groupsNote(cell)
  const caption = html`All figures, with 95 % intervals in brackets. ${groups && `${groups} `}${cell.answers ? answersNote(cell) : LEGEND.head} ${LEGEND.source}${marks}`
  const table = html`<table class="wide"><thead><tr><th scope="col">Row</th><th scope="col">Heads</th><th scope="col">Statistics</th><th scope="col" class="n">Seeds</th>${columns.map(({ title }) => html`<th scope="col" class="n">${title}</th>`)}<th scope="col" class="n">Majority %</th></tr></thead>
<tbody>${cell.summary.map((row) => {
    const figures =
      row.notDefined === undefined
        ? html`${columns.map((column) => html`<td class="n">${column.text(row, true) ?? "–"}</td>`)}<td class="n">${majority(row.routerAccuracy?.majority)}</td>`
        : html`<td colspan="${columns.length + 1}">not defined: ${row.notDefined}</td>`
    return html`<tr class="${row.kind}"><th scope="row"><bdi>${row.row}</bdi>${signsOf(row)}</th><td>${HEAD_WORDS[row.head]}</td><td>${SOURCE_WORDS[row.source]}</td><td class="n">${row.notDefined === undefined ? row.seeds : "–"}</td>${figures}</tr>
`
  })}</tbody></table>`
  return html`<h3>All figures</h3>
${figure(caption, scroll("Table of all figures", table))}
<details><summary>What the columns mean</summary><dl>${columns.map(({ title, meaning }) => html`<dt>${title}</dt><dd>${meaning}</dd>`)}<dt>Majority %</dt><dd>Router accuracy by majority vote of the routing units.</dd></dl></details>
`
}

const majority = (value: number | undefined): string => (value === undefined ? "–" : value.toFixed(1))
