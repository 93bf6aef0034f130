/** The colours of the page in light and in dark mode, and the steps of a heat map with the text colour that reads best on each. */

export interface Palette {
  readonly paper: string
  readonly panel: string
  readonly ink: string
  readonly muted: string
  readonly line: string
  /** Lines behind the one that matters. */
  readonly ghost: string
  readonly router: string
  readonly bound: string
  readonly warm: string
  /** Where the heat map starts and ends. */
  readonly cold: string
  readonly hot: string
}

export const LIGHT: Palette = {
  ...{ paper: "#ffffff", panel: "#f6f7f9", ink: "#1b1f27", muted: "#555d6a", line: "#e3e6ea", ghost: "#c3c9d1" },
  ...{ router: "#1a5fb4", bound: "#6a7280", warm: "#a8480b", cold: "#f1f5fa", hot: "#174a8c" },
}

export const DARK: Palette = {
  ...{ paper: "#14171c", panel: "#1c2027", ink: "#e7e9ec", muted: "#a5adb8", line: "#2b313b", ghost: "#4a5361" },
  ...{ router: "#7fb5f5", bound: "#98a1ad", warm: "#f0a35e", cold: "#1d232c", hot: "#a9cdf8" },
}

/** Steps of a heat map: classes h0 to h20. */
export const HEAT_STEPS = 20

type Rgb = readonly [number, number, number]

const rgb = (hex: string): Rgb => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb

const hex = (colour: Rgb): string => `#${colour.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`

/** Background of step `level`, linear between cold and hot. */
export function heatColour({ cold, hot }: Palette, level: number): string {
  const [from, to] = [rgb(cold), rgb(hot)]
  return hex(from.map((part, i) => part + ((to[i] - part) * level) / HEAT_STEPS) as unknown as Rgb)
}

/** White where it has a contrast of at least 4.5 : 1, else black, which then has more. */
export const textOn = (background: string): string => (contrast("#ffffff", background) >= 4.5 ? "#ffffff" : "#000000")

/** Contrast ratio of two colours (WCAG 2.2, relative luminance). */
export function contrast(one: string, other: string): number {
  const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (high + 0.05) / (low + 0.05)
}

function luminance(colour: string): number {
  const [red, green, blue] = rgb(colour).map((part) => {
    const share = part / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** Rules of one mode: custom properties, and a class for each step of a heat map. */
export function paletteRules(palette: Palette): string {
  const steps = Array.from({ length: HEAT_STEPS + 1 }, (_, level) => {
    const background = heatColour(palette, level)
    return `.h${level}{background:${background};color:${textOn(background)}}`
  })
  const properties = Object.entries(palette).map(([name, value]) => `--${name}:${value}`)
  return `:root{${properties.join(";")}}${steps.join("")}`
}
