/** A heat map that is a table: its numbers are text, its heads have a scope, its colours have a step each. */
import { HEAT_STEPS } from "./colours.ts"
import { type Content, html, type Markup } from "./markup.ts"

export interface HeatTable {
  readonly caption: Content
  /** What the rows are, above their names. */
  readonly corner: string
  readonly columns: readonly Content[]
  readonly rows: readonly { readonly name: Content; readonly values: readonly (number | null)[] }[]
  /** Values of the coldest and the hottest colour. */
  readonly range: readonly [number, number]
  readonly digits: number
}

/** `columns` are whole `<th>` elements. */
export const heatTable = ({
  caption,
  corner,
  columns,
  rows,
  range,
  digits,
}: HeatTable): Markup => html`<table class="heat"><caption>${caption}</caption>
<thead><tr><th scope="col">${corner}</th>${columns}</tr></thead>
<tbody>${rows.map(
  ({
    name,
    values,
  }) => html`<tr><th scope="row">${name}</th>${values.map((value) => heatCell(value, range, digits))}</tr>
`,
)}</tbody></table>`

export function heatCell(value: number | null, [low, high]: readonly [number, number], digits: number): Markup {
  if (value === null || !Number.isFinite(value)) return html`<td></td>`
  const level = Math.round(HEAT_STEPS * Math.min(1, Math.max(0, (value - low) / (high - low))))
  return html`<td class="h${level}">${value.toFixed(digits)}</td>`
}

/** Panels side by side; as many as `budget` table cells allow, and a note about the others. */
export function heatPanels(panels: readonly HeatTable[], budget: number, label: string): Markup {
  let left = budget
  const shown = panels.filter(({ rows, columns }) => {
    left -= rows.length * columns.length
    return left >= 0
  })
  const missing = panels.length - shown.length
  const note =
    missing === 0
      ? undefined
      : html`<p class="note">${missing} more of ${panels.length} would make this page too large: results.json and matrix.csv hold them.</p>`
  return html`<ul class="panels heats">${shown.map(
    (
      panel,
    ) => html`<li><div class="scroll" tabindex="0" role="region" aria-label="${label}">${heatTable(panel)}</div></li>
`,
  )}</ul>${note}`
}
