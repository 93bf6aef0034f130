/** How far composed modules are from the sums that they stand for. */
import type { Cell } from "../../../learning/results.ts"
import { COMPOSITION_NOTE, compositionErrors } from "../../composition_errors.ts"
import { fixed } from "../../number_text.ts"
import { html, type Markup } from "../markup.ts"
import { figure, overSeeds, scroll } from "../parts.ts"

/** Nothing where the cell has none. */
export function compositionsSection(cell: Cell): Markup {
  const rows = compositionErrors(cell)
  if (rows.length === 0) return html``
  const table = html`<table><thead><tr><th scope="col">Row</th><th scope="col" class="n">Update %</th><th scope="col" class="n">Worst %</th><th scope="col">at</th><th scope="col" class="n">Logits, mean</th><th scope="col" class="n">max</th></tr></thead>
<tbody>${rows.map(
    ({ name, plugin, update, worst, logits }) =>
      html`<tr><th scope="row"><bdi>${name}</bdi> <span class="of">${plugin}</span></th><td class="n">${shown(update, 1)}</td><td class="n">${shown(worst?.update, 1)}</td><td><bdi>${worst?.site ?? "–"}</bdi></td><td class="n">${shown(logits?.mean, 3)}</td><td class="n">${shown(logits?.max, 3)}</td></tr>
`,
  )}</tbody></table>`
  return html`<h3>Compositions</h3>
${figure(`${COMPOSITION_NOTE}${overSeeds(cell.summary)}`, scroll("Errors of compositions", table))}`
}

const shown = (value: number | undefined, digits: number): string => (value === undefined ? "–" : fixed(value, digits))
