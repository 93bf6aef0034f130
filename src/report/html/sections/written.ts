/** What the rows have written: the first examples of each task, each with the answers that are right. */
import type { Cell, Row } from "../../../learning/results.ts"
import { lastStage } from "../../confusion.ts"
import { seedsOf } from "../../row.ts"
import { html, type Markup } from "../markup.ts"
import { figure, rowName, scroll } from "../parts.ts"

/** Examples of each task, and tasks; results.json holds all. */
const EXAMPLES = 2
const TASKS = 16
/** Characters of an answer. */
const LONGEST = 160

/** Empty where classes are chosen. */
export function writtenSection(cell: Cell): Markup {
  if (cell.answers === undefined) return html``
  const rows = cell.summary.flatMap((summary) => {
    const [row] = seedsOf(cell, summary)
    return row ? [{ summary, said: saidBy(row) }] : []
  })
  const shown = cell.tasks.slice(0, TASKS).flatMap((_, task) => {
    const ofTask = cell.examples.flatMap((example, id) => (example.task === task ? [id] : []))
    return ofTask.slice(0, EXAMPLES)
  })
  const table = html`<table class="wide"><thead><tr><th scope="col">Task</th><th scope="col">Right</th>${rows.map(({ summary }) => html`<th scope="col">${rowName(summary)}</th>`)}</tr></thead>
<tbody>${shown.map((id) => {
    const { task, references = [] } = cell.examples[id]
    return html`<tr><th scope="row"><bdi>${cell.tasks[task]}</bdi></th><td><bdi>${short(references.join(" | "))}</bdi></td>${rows.map(({ said }) => html`<td><bdi>${short(said.get(id) ?? "–")}</bdi></td>`)}</tr>
`
  })}</tbody></table>`
  const caption = `What the rows answer to the first ${EXAMPLES} test examples of each task after the last task, first seed; results.json holds all.`
  return html`<h3>Answers</h3>
${figure(caption, scroll("Answers", table))}`
}

const saidBy = (row: Row): ReadonlyMap<number, string> => {
  const predictions = lastStage(row)?.predictions
  return new Map((predictions?.example ?? []).map((id, k) => [id, predictions?.written?.texts[k] ?? ""]))
}

const short = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text)
