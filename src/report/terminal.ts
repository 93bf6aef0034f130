/** Where text goes: how wide it is, and whether it may use colour and signs beyond ASCII. */
import { stripVTControlCharacters, styleText } from "node:util"

export interface Terminal {
  readonly columns: number
  /** No colour and ASCII only: not a terminal, NO_COLOR, or TERM=dumb. */
  readonly plain: boolean
}

/** The part of a stream that decides. */
export interface TerminalStream {
  readonly isTTY?: boolean
  readonly columns?: number
}

/** Output that is no terminal is 120 columns wide, so that a file of it does not depend on who wrote it. */
export function terminalOf(stream: TerminalStream, env: Readonly<Record<string, string | undefined>>): Terminal {
  const tty = stream.isTTY === true
  const plain = !tty || (env.NO_COLOR !== undefined && env.NO_COLOR !== "") || env.TERM === "dumb"
  return { columns: tty && stream.columns ? stream.columns : 120, plain }
}

export type Ink = "bold" | "dim" | "red" | "yellow" | "green" | "cyan"

/** Coloured where the terminal allows it. */
export function ink({ plain }: Terminal, style: Ink, text: string): string {
  return plain ? text : styleText(style, text, { validateStream: false })
}

const ASCII: readonly (readonly [RegExp, string])[] = [
  [/\u2212/g, "-"],
  [/[\u2013\u2014]/g, "-"],
  [/\u00b1/g, "+-"],
  [/\u00d7/g, "x"],
  [/\u00b7/g, "-"],
  [/\u2026/g, "..."],
  [/\u2500/g, "-"],
  [/\u2713/g, "+"],
  [/\u2020/g, "^"],
  [/\u2588/g, "#"],
  [/\u2591/g, "."],
]

/** Our own signs in ASCII where the terminal is plain. Names from specs and data stay as they are. */
export function signs({ plain }: Terminal, text: string): string {
  return plain ? ASCII.reduce((done, [sign, ascii]) => done.replace(sign, ascii), text) : text
}

/** A name or message of a spec or plugin on one line, without control characters: it can't move the cursor or colour what follows. */
export function oneLine(text: string): string {
  return stripVTControlCharacters(text).replace(
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g,
    " ",
  )
}
