/** Numbers and texts as they are written. */

/** What one of a unit stands for. Shares and counts are plain numbers; times are in seconds. */
const UNITS: Readonly<Record<string, { readonly over?: number; readonly times?: number; readonly time?: true }>> = {
  "%": { over: 100 },
  k: { times: 1e3 },
  M: { times: 1e6 },
  ms: { over: 1000, time: true },
  s: { time: true },
  min: { times: 60, time: true },
  h: { times: 3600, time: true },
}
export const UNIT_NAMES = Object.keys(UNITS)

export type NumberRead =
  | { readonly value: number; readonly unit?: "seconds" }
  | { readonly problem: "unit"; readonly unit: string }
  | { readonly problem: "large" }

/** `8`, `1e-3`, `5%` = 0.05, `8k` = 8000, `30s` = 30 (seconds). */
export const readNumber = (written: string): NumberRead => {
  const [, digits, suffix] = /^(-?[\d.]+(?:[eE][+-]?\d+)?)(.*)$/.exec(written) ?? ["", written, ""]
  if (suffix !== "" && !Object.hasOwn(UNITS, suffix)) return { problem: "unit", unit: suffix }
  const { over = 1, times = 1, time } = suffix === "" ? {} : UNITS[suffix]
  const value = (Number(digits) * times) / over
  if (!Number.isFinite(value)) return { problem: "large" }
  return time ? { value, unit: "seconds" } : { value: value === 0 ? 0 : value }
}

const ESCAPES: Readonly<Record<string, string>> = { '"': '"', "\\": "\\", n: "\n", t: "\t" }

export interface TextRead {
  readonly value: string
  /** Offsets of escapes that mean nothing, within the written text, quotes included. */
  readonly badEscapes: readonly { readonly start: number; readonly end: number }[]
}

/** The text between the quotes, with `\"`, `\\`, `\n`, `\t` and `\u{1F600}` replaced. */
export const readText = (written: string): TextRead => {
  if (!written.includes("\\")) return { value: written.slice(1, -1), badEscapes: [] }
  const badEscapes: { start: number; end: number }[] = []
  const value = written
    .slice(1, -1)
    .replace(
      /\\(?:u\{([0-9a-fA-F]{1,6})\}|(.))/gsu,
      (escape, code: string | undefined, letter: string | undefined, at: number) => {
        if (code !== undefined && Number.parseInt(code, 16) <= 0x10ffff)
          return String.fromCodePoint(Number.parseInt(code, 16))
        if (letter !== undefined && Object.hasOwn(ESCAPES, letter)) return ESCAPES[letter]
        badEscapes.push({ start: at + 1, end: at + 1 + escape.length })
        return escape
      },
    )
  return { value, badEscapes }
}
