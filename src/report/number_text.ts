/** Numbers as people read them. The minus is U+2212, so that a sign is as wide as a plus. */
import type { Figure } from "../learning/results.ts"

/** "61.9", "−0.4"; never "−0.0". */
export function fixed(value: number, digits = 1): string {
  const text = Math.abs(value).toFixed(digits)
  return value < 0 && Number(text) !== 0 ? `\u2212${text}` : text
}

/** "+2.5", "−11.0": for differences. */
export const signed = (value: number, digits = 1): string =>
  (value > 0 && Number(value.toFixed(digits)) !== 0 ? "+" : "") + fixed(value, digits)

export const interval = ([low, high]: readonly [number, number], digits = 1): string =>
  `[${fixed(low, digits)}, ${fixed(high, digits)}]`

/** "61.9 [59.2, 64.3]"; undefined for a figure that is missing, not finite, or has no interval: it is not printed. */
export function figureText(figure: Figure | undefined, digits = 1): string | undefined {
  return printable(figure) ? `${fixed(figure.value, digits)} ${interval(figure.interval, digits)}` : undefined
}

/** "61.9 ±2.6": half the interval's width, for narrow columns. */
export function shortFigure(figure: Figure | undefined, digits = 1): string | undefined {
  if (!printable(figure)) return undefined
  const [low, high] = figure.interval
  return `${fixed(figure.value, digits)} \u00b1${fixed((high - low) / 2, digits)}`
}

export function printable(
  figure: Figure | undefined,
): figure is Figure & { readonly interval: readonly [number, number] } {
  return figure?.interval !== undefined && [figure.value, ...figure.interval].every(Number.isFinite)
}

/** "3.9k", "1.25M": three significant digits. */
export function count(value: number): string {
  const [scale, letter] = value >= 1e9 ? [1e9, "G"] : value >= 1e6 ? [1e6, "M"] : value >= 1e4 ? [1e3, "k"] : [1, ""]
  return letter === "" ? String(value) : `${threeDigits(value / scale)}${letter}`
}

const threeDigits = (value: number): number => Number(value.toPrecision(3))

/** "1 task", "2 tasks". */
export const counted = (n: number, what: string): string => `${n.toLocaleString("en")} ${what}${n === 1 ? "" : "s"}`

/** "114 kB", "1.25 MB": powers of ten. */
export function bytes(value: number): string {
  const [scale, unit] = value >= 1e9 ? [1e9, "GB"] : value >= 1e6 ? [1e6, "MB"] : value >= 1e3 ? [1e3, "kB"] : [1, "B"]
  return `${scale === 1 ? value : threeDigits(value / scale)} ${unit}`
}

/** "0.04 s", "21.6 s", "35 s" for whole seconds, "3 min 20 s", "1 h 5 min". */
export function duration(seconds: number): string {
  if (seconds < 1) return `${Number(seconds.toPrecision(1))} s`
  if (seconds < 59.95) return `${Number.isInteger(seconds) ? seconds : seconds.toFixed(1)} s`
  if (seconds < 3600) return `${Math.floor(Math.round(seconds) / 60)} min ${Math.round(seconds) % 60} s`
  const minutes = Math.round(seconds / 60)
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** "0.019", "< 0.001". */
export const probability = (p: number): string => (p < 0.001 ? "< 0.001" : p.toFixed(3))
