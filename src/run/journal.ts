/** A run's events as JSON Lines in a file, each line whole before the run goes on: for other programs that watch a run. */
import { appendFileSync, writeFileSync } from "node:fs"
import type { RunEvent } from "./events.ts"

/** Empties the file and returns what appends an event to it. Throws the system's error where it can't be written. */
export const journal = (file: string): ((event: RunEvent) => void) => {
  writeFileSync(file, "")
  return (event) => appendFileSync(file, `${JSON.stringify(event)}\n`)
}

/** The whole events in the text of a journal; a line that is cut off is left out. */
export const journalled = (text: string): readonly RunEvent[] =>
  text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line))
