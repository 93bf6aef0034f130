/** A strip: values with their intervals on one line of a table, over an axis that the head of the table shows. */
import { fixed } from "../number_text.ts"
import { type Axis, percent, share } from "./axis.ts"
import { html, type Markup } from "./markup.ts"

export interface Mark {
  readonly value: number
  readonly interval: readonly [number, number]
  /** Classes: router or bound, hollow for the second of two. */
  readonly look: string
}

const at = (axis: Axis, value: number): string => percent(share(axis, value))

/** The numbers beside it say the same, so it is hidden from a screen reader. */
export function strip(axis: Axis, marks: readonly Mark[], zero = false): Markup {
  const grid = axis.ticks.map((tick) => {
    const look = zero && tick === 0 ? "zero" : "grid"
    return html`<line class="${look}" x1="${at(axis, tick)}" x2="${at(axis, tick)}" y1="0" y2="100%"/>`
  })
  const drawn = marks.map(
    ({ value, interval, look }) =>
      html`<line class="bar ${look}" x1="${at(axis, interval[0])}" x2="${at(axis, interval[1])}" y1="50%" y2="50%"/><circle class="dot ${look}" cx="${at(axis, value)}" cy="50%" r="4.5"/>`,
  )
  return html`<svg class="strip" aria-hidden="true">${grid}${drawn}</svg>`
}

export const stripTicks = (axis: Axis): Markup =>
  html`<svg class="ticks" aria-hidden="true">${axis.ticks.map(
    (tick, i) =>
      html`<text x="${at(axis, tick)}" y="85%" text-anchor="${i === 0 ? "start" : i === axis.ticks.length - 1 ? "end" : "middle"}">${fixed(tick, Number.isInteger(tick) ? 0 : 1)}</text>`,
  )}</svg>`
