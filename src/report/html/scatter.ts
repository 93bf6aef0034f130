/** Numbered points over a cost and an accuracy axis, and the line of those that no other point beats in both. */
import { type Axis, percent, share } from "./axis.ts"
import type { Scale } from "./cost_scale.ts"
import { html, type Markup } from "./markup.ts"

export interface Point {
  readonly x: number
  readonly y: number
  readonly number: number
  /** Class: router or bound. */
  readonly look: string
}

/** Pixels that labels are spread by: the drawing is about this large. */
const WIDTH = 260
const HEIGHT = 210
const LABEL = 15

export function scatter(
  points: readonly Point[],
  cost: Scale,
  accuracy: Axis,
  text: (value: number) => string,
  label: string,
): Markup {
  const x = (value: number) => percent(cost.at(value))
  const y = (value: number) => percent(1 - share(accuracy, value))
  const front = paretoFront(points)
  return html`<svg class="scatter" role="img" aria-label="${label}"><svg x="34" y="8" width="82%" height="86%" overflow="visible">${accuracy.ticks.map(
    (tick) =>
      html`<line class="grid" x1="0" x2="100%" y1="${y(tick)}" y2="${y(tick)}"/><text x="-8" y="${y(tick)}" dy="4" text-anchor="end">${tick}</text>`,
  )}${cost.ticks.map((tick, i) => html`<text x="${x(tick)}" y="100%" dy="18" text-anchor="${i === 0 ? "start" : "middle"}">${text(tick)}</text>`)}${front
    .slice(1)
    .map(
      (point, i) =>
        html`<line class="front" x1="${x(front[i].x)}" y1="${y(front[i].y)}" x2="${x(point.x)}" y2="${y(point.y)}"/>`,
    )}${points.map(
    (point) => html`<circle class="dot ${point.look}" cx="${x(point.x)}" cy="${y(point.y)}" r="4.5"/>`,
  )}${labels(points, cost, accuracy).map(({ point, shift }) => html`<text class="label" x="${x(point.x)}" y="${y(point.y)}" dx="${shift}" dy="4">${point.number}</text>`)}</svg></svg>`
}

/** From the cheapest on, each point that is better than all cheaper ones. */
export function paretoFront(points: readonly Point[]): Point[] {
  const front: Point[] = []
  for (const point of [...points].sort((a, b) => a.x - b.x || b.y - a.y)) {
    if (front.length === 0 || point.y > front[front.length - 1].y) front.push(point)
  }
  return front
}

/** Each number goes right of its point, and further right where another one stands already. */
function labels(points: readonly Point[], cost: Scale, accuracy: Axis): { point: Point; shift: number }[] {
  const placed: { left: number; top: number }[] = []
  return points.map((point) => {
    const top = HEIGHT * (1 - share(accuracy, point.y))
    let left = WIDTH * cost.at(point.x) + 8
    while (placed.some((other) => Math.abs(other.left - left) < LABEL && Math.abs(other.top - top) < 11)) left += LABEL
    placed.push({ left, top })
    return { point, shift: Math.round(left - WIDTH * cost.at(point.x)) }
  })
}
