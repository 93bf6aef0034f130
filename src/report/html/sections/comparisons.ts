/** The comparisons that the spec asked for: differences with intervals around zero, and what may be concluded. */
import type { Cell } from "../../../learning/results.ts"
import { COMPARISON_NOTE, comparisonScope, setupWord } from "../../comparisons.ts"
import { fixed, interval, probability, signed } from "../../number_text.ts"
import { axisOf } from "../axis.ts"
import { html, type Markup } from "../markup.ts"
import { figure, scroll } from "../parts.ts"
import { strip, stripTicks } from "../strip.ts"

export function comparisonsSection(cell: Cell): Markup {
  const { comparisons, notices = [] } = cell
  const omitted = notices.map((notice) => html`<p class="note">${notice}</p>`)
  if (comparisons.length === 0)
    return html`<h3>Comparisons</h3>${notices.length > 0 ? omitted : html`<p class="note">The spec asks for none.</p>`}`
  const axis = axisOf([0, ...comparisons.flatMap((comparison) => [...comparison.interval])])
  const table = html`<table class="dots"><thead><tr><th scope="col">Left minus right</th><td class="plot">${stripTicks(axis)}</td><th scope="col" class="n">Points</th><th scope="col" class="n">Corrected p</th><th scope="col" class="n">Detectable</th></tr></thead>
<tbody>${comparisons.map((comparison) => {
    const { left, right, on, difference, interval: range, corrected, minimumDetectable } = comparison
    return html`<tr><th scope="row"><bdi>${left}</bdi> − <bdi>${right}</bdi> <span class="of">${setupWord(comparison, cell)}, ${on}</span></th><td class="plot">${strip(axis, [{ value: difference, interval: range, look: "router" }], true)}</td><td class="n">${signed(difference)} <span class="ci">${interval(range)}</span></td><td class="n">${probability(corrected)}</td><td class="n">${fixed(minimumDetectable)}</td></tr>
`
  })}</tbody></table>`
  return html`<h3>Comparisons</h3>
${figure(COMPARISON_NOTE, scroll("Comparisons", table))}
<ol class="verdict">${comparisons.map(
    (comparison) =>
      html`<li>${comparison.conclusion} <span class="of">${comparisonScope(comparison, cell)}; p ${probability(comparison.p)} before correction</span>${comparison.caveat === undefined ? undefined : html`<span class="of caveat">Mind: ${comparison.caveat}.</span>`}</li>
`,
  )}</ol>
${omitted}`
}
