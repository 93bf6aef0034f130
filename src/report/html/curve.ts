/** One small line chart: a row's values over the stages, before axes and the grey lines of all rows, which are drawn once and used by all panels. */
import { fixed } from "../number_text.ts"
import { type Axis, share } from "./axis.ts"
import { html, type Markup } from "./markup.ts"

export interface CurveFrame {
  readonly axis: Axis
  readonly stages: number
  /** What stands below each stage, and what it is called in words; by default its number, "task 3". */
  readonly ticks?: readonly string[]
  readonly at?: readonly string[]
  /** Id of the axes and grey lines. */
  readonly ghost: string
}

const WIDTH = 260
const HEIGHT = 130
const LEFT = 30
const RIGHT = 36
const TOP = 8
const BOTTOM = 20

const x = (frame: CurveFrame, stage: number): number =>
  LEFT + ((WIDTH - LEFT - RIGHT) * stage) / Math.max(1, frame.stages - 1)
const y = (frame: CurveFrame, value: number): number => TOP + (HEIGHT - TOP - BOTTOM) * (1 - share(frame.axis, value))
const short = (value: number): number => Number(value.toFixed(1))

type Values = readonly (number | null)[]

/** Pairs of coordinates; a stage without a value is left out. */
const points = (frame: CurveFrame, values: Values): string =>
  values
    .flatMap((value, stage) => (value === null ? [] : [`${short(x(frame, stage))},${short(y(frame, value))}`]))
    .join(" ")

export const ghostLines = (frame: CurveFrame, all: readonly Values[]): Markup =>
  html`<svg width="0" height="0" aria-hidden="true"><defs><g id="${frame.ghost}" class="ghost">${yTicks(frame)}${xTicks(frame)}${all.map((values) => html`<polyline points="${points(frame, values)}"/>`)}</g></defs></svg>`

/** Stages up to which every value has a dot. */
const DOTS = 12

/** `label` names the row; the first and last value in words are the text alternative, beside the table with all. */
export function curvePanel(frame: CurveFrame, values: Values, look: string, label: string): Markup {
  const last = values.findLastIndex((value) => value !== null)
  const words = [values.findIndex((value) => value !== null), last]
    .map((stage) => `${fixed(values[stage] ?? 0)} after ${frame.at?.[stage] ?? `task ${stage + 1}`}`)
    .join(", ")
  return html`<svg class="curve" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}: ${words}"><use href="#${frame.ghost}"/><polyline class="line ${look}" points="${points(frame, values)}"/>${values.map(
    (value, stage) =>
      value === null || (frame.stages > DOTS && stage !== last)
        ? undefined
        : html`<circle class="dot ${look}" cx="${short(x(frame, stage))}" cy="${short(y(frame, value))}" r="2.6"/>`,
  )}<text class="end" x="${short(x(frame, last) + 7)}" y="${short(y(frame, values[last] ?? 0) + 4)}">${fixed(values[last] ?? 0)}</text></svg>`
}

function yTicks(frame: CurveFrame): Markup[] {
  return frame.axis.ticks.map(
    (tick) =>
      html`<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${short(y(frame, tick))}" y2="${short(y(frame, tick))}"/><text x="${LEFT - 5}" y="${short(y(frame, tick) + 4)}" text-anchor="end">${fixed(tick, Number.isInteger(tick) ? 0 : 1)}</text>`,
  )
}

/** Every stage has a number as long as ten fit; then every n-th. */
function xTicks(frame: CurveFrame): Markup[] {
  const every = Math.ceil(frame.stages / 10)
  return Array.from({ length: frame.stages }, (_, stage) => stage)
    .filter((stage) => stage % every === 0)
    .map(
      (stage) =>
        html`<text x="${short(x(frame, stage))}" y="${HEIGHT - 4}" text-anchor="middle">${frame.ticks?.[stage] ?? stage + 1}</text>`,
    )
}
