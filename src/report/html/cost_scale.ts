/** Where a cost lies on its axis: linear within a decade, logarithmic beyond, with zero at the left where there is one. */
import { axisOf, share } from "./axis.ts"

export interface Scale {
  /** In [0, 1]. */
  readonly at: (value: number) => number
  readonly ticks: readonly number[]
}

/** Room at the left for zeros, and between them and the smallest cost. */
const ZERO = 0.2

export function costScale(values: readonly number[]): Scale {
  const positive = values.filter((value) => value > 0)
  const low = Math.min(...positive)
  const high = Math.max(...positive)
  if (positive.length === 0 || high / low < 10) {
    const axis = axisOf(values)
    return { at: (value) => share(axis, value), ticks: axis.ticks.filter((tick) => tick >= 0) }
  }
  const from = Math.floor(Math.log10(low))
  const decades = Math.ceil(Math.log10(high)) - from
  const zero = positive.length < values.length
  const start = zero ? ZERO : 0
  const every = Math.ceil(decades / 4)
  const powers = Array.from({ length: decades + 1 }, (_, i) => i).filter((i) => i % every === 0)
  return {
    at: (value) => (value > 0 ? start + ((1 - start) * (Math.log10(value) - from)) / decades : 0),
    ticks: [...(zero ? [0] : []), ...powers.map((i) => 10 ** (from + i))],
  }
}
