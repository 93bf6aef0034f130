/** Axes: a range with round ticks, and where a value lies on it in percent, so that a drawing stretches while its text doesn't. */

export interface Axis {
  readonly low: number
  readonly high: number
  readonly ticks: readonly number[]
}

/** A range that holds all values, with three to six ticks at multiples of 1, 2 or 5. */
export function axisOf(values: readonly number[], within?: readonly [number, number]): Axis {
  const finite = values.filter(Number.isFinite)
  let low = finite.length === 0 ? 0 : Math.min(...finite)
  let high = finite.length === 0 ? 1 : Math.max(...finite)
  if (high - low < 1e-9) [low, high] = [low - 1, high + 1]
  const step = roundStep((high - low) / 4)
  low = Math.floor(low / step) * step
  high = Math.ceil(high / step) * step
  if (within) [low, high] = [Math.max(low, within[0]), Math.min(high, within[1])]
  const count = Math.round((high - low) / step)
  return { low, high, ticks: Array.from({ length: count + 1 }, (_, i) => Number((low + i * step).toPrecision(10))) }
}

function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough))
  return ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10) * power
}

/** Share of the range below the value, in [0, 1]. */
export const share = ({ low, high }: Axis, value: number): number => (value - low) / (high - low)

export const percent = (part: number): string => `${Number((100 * part).toFixed(2))}%`
