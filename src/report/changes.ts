/** What the command line has changed of a spec, in words. */
import type { Results } from "../learning/results.ts"
import { ink, oneLine, signs, type Terminal } from "./terminal.ts"
import { wrapped } from "./text_width.ts"

/** `8, now sweep [4, 8]`. */
export const changeText = (before: string | undefined, after: string): string =>
  before === undefined ? `now ${after}` : `${before}, now ${after}`

/** The block of the terminal's report; empty where nothing is changed. */
export const changeLines = ({ provenance: { changes = [] } }: Results, terminal: Terminal): string => {
  if (changes.length === 0) return ""
  const lines = changes.flatMap(({ path, before, after }) =>
    wrapped(oneLine(`${path}: ${changeText(before, after)}`), terminal.columns - 2),
  )
  return [
    ink(terminal, "bold", "Changed on the command line"),
    ...lines.map((line) => `  ${signs(terminal, line)}`),
  ].join("\n")
}
