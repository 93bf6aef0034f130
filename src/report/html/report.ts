/**
 * The page `report.html`: one file, no network, no script. The drawings are SVG of our own rather than of a plotting library:
 * they take their colours from the style sheet, so that dark mode needs no second drawing; they stretch without their text;
 * heat maps and intervals are tables, which a screen reader can read; and nothing has to be loaded to make them.
 */
import type { Cell, Results } from "../../learning/results.ts"
import { counted } from "../number_text.ts"
import { portabilityName } from "../portability_block.ts"
import { answersOf, boundariesOf, cellName, seedCount } from "../row.ts"
import { type Content, html, type Markup } from "./markup.ts"
import { page } from "./page.ts"
import { accuracySection } from "./sections/accuracy.ts"
import { comparisonsSection } from "./sections/comparisons.ts"
import { compositionsSection } from "./sections/compositions.ts"
import { costSection } from "./sections/cost.ts"
import { accuracyCurves, forgettingCurves } from "./sections/curves.ts"
import { matricesSection } from "./sections/matrices.ts"
import { portabilitySection } from "./sections/portability.ts"
import { noticesSection, provenanceSection } from "./sections/provenance.ts"
import { confusionSection, gatesSection } from "./sections/routing.ts"
import { studySection } from "./sections/study.ts"
import { tableSection } from "./sections/summary_table.ts"
import { writtenSection } from "./sections/written.ts"

/** Cells of heat maps on the whole page: about 25 bytes each, so that the page stays under two megabytes. */
const HEAT_CELLS = 45_000

/** The whole page as text. Names, labels and texts of specs and data are escaped. */
export function reportHtml(results: Results): string {
  const { cells, studies = [], portabilities = [], provenance } = results
  const experiments = [
    ...new Set([
      ...cells.map((cell) => cell.experiment),
      ...studies.map(({ study }) => study),
      ...portabilities.map(({ portability }) => portability),
    ]),
  ].join(", ")
  const body = html`<header>
<h1>${cells.length > 0 ? "Experiment" : studies.length > 0 ? "Study" : "Portability"} <bdi>${experiments}</bdi></h1>
<p class="muted">${provenance.specFile}, run on ${provenance.started.slice(0, 10)} with l2r ${provenance.l2r} on ${provenance.runtime}</p>
<nav aria-label="Sections"><ul>${cells.map((cell, i) => html`<li><a href="#cell-${i + 1}">${cellName(cell)}</a></li>`)}${studies.map(({ study }, i) => html`<li><a href="#study-${i + 1}">${study}</a></li>`)}${portabilities.map((one, i) => html`<li><a href="#portability-${i + 1}">${portabilityName(one)}</a></li>`)}${provenance.notices.length > 0 ? html`<li><a href="#notices">Notices</a></li>` : undefined}<li><a href="#provenance">Provenance</a></li></ul></nav>
</header>
<main>
${cells.map((cell, i) => cellSection(cell, i, HEAT_CELLS / cells.length))}${studies.map(studySection)}${portabilities.map(portabilitySection)}${noticesSection(provenance)}${provenanceSection(provenance)}</main>`
  return page(`l2r: ${experiments}`, body)
}

/** One cell of the experiment's axes. */
function cellSection(cell: Cell, index: number, budget: number): Markup {
  return html`<section><h2 id="cell-${index + 1}"><bdi>${cellName(cell)}</bdi></h2>
<p class="muted">${counted(cell.tasks.length, "task")}, ${answersOf(cell)}${boundariesOf(cell)}, ${cell.examples.length.toLocaleString("en")} test examples, ${seedCount(cell)}. Tasks in their order: ${listed(cell.tasks)}.</p>
${accuracySection(cell)}${comparisonsSection(cell)}${tableSection(cell)}${accuracyCurves(cell, index)}${forgettingCurves(cell, index)}${matricesSection(cell, budget * 0.5)}${confusionSection(cell, budget * 0.25)}${gatesSection(cell, budget * 0.25)}${compositionsSection(cell)}${costSection(cell)}${writtenSection(cell)}${warnings(cell)}</section>
`
}

const listed = (names: readonly string[]): Content =>
  names.map((name, i) => html`${i === 0 ? "" : ", "}${i + 1} <bdi>${name}</bdi>`)

function warnings(cell: Cell): Markup {
  const found = cell.summary.flatMap((row) =>
    row.warnings.map((warning) => html`<li><bdi>${row.row}</bdi> (${row.head}): ${warning}</li>`),
  )
  return found.length === 0 ? html`` : html`<h3>Warnings</h3><ul>${found}</ul>`
}
