/** Small pieces that all sections share: figures, scroll boxes, row names, numbered tasks. */
import type { Summary } from "../../learning/results.ts"
import { HEAD_WORDS, marksOf, SOURCE_WORDS } from "../row.ts"
import { type Content, html, type Markup } from "./markup.ts"

/** A figure: its caption stands above, where a reader of the table needs it. */
export const figure = (caption: Content, body: Content): Markup => html`<figure>
<figcaption>${caption}</figcaption>
${body}
</figure>
`

/** What is wider than the page scrolls in its own box, by keyboard too. */
export const scroll = (
  label: string,
  body: Content,
): Markup => html`<div class="scroll" tabindex="0" role="region" aria-label="${label}">${body}</div>
`

/** "learnt" and, smaller, "refit heads, statistics from memory". */
export const rowName = (row: Summary): Markup => html`<bdi>${row.row}</bdi> <span class="of">${rowDetail(row)}</span>`

export function rowDetail(row: Summary): string {
  const { head, source } = row
  const heads = head === "none" ? "no heads" : `${HEAD_WORDS[head]} head${head === "joint" ? "" : "s"}`
  const marks = marksOf(row).map(({ note }) => `, ${note}`)
  return `${heads}, statistics: ${SOURCE_WORDS[source]}${marks.join("")}`
}

/** Short heads of columns: the number for the eye, the name for the ear. */
export const numberedHeads = (names: readonly string[]): Markup[] =>
  names.map(
    (name, i) => html`<th scope="col"><span aria-hidden="true">${i + 1}</span><span class="vh">${name}</span></th>`,
  )

/** "1 living". */
export const numberedName = (names: readonly string[], index: number): Markup =>
  html`${index + 1} <bdi>${names[index]}</bdi>`

/** " Mean over 3 seeds.", or nothing for one. */
export const overSeeds = (summary: readonly Summary[]): string => {
  const rows = summary.filter((row) => row.notDefined === undefined)
  const most = Math.max(1, ...rows.map((row) => row.seeds))
  return most > 1
    ? ` Mean over ${rows.every((row) => row.seeds === most) ? most : `up to ${most}`} seeds.`
    : " One seed."
}
