/** A run's events as JSON Lines in a file, each line whole before the run goes on: for other programs that watch a run. */
import { appendFileSync, writeFileSync } from "node:fs"
import type { RunEvent } from "./events.ts"

export interface Journal {
  /** Appends an event. Where it can't, the journal ends and the run goes on. */
  readonly record: (event: RunEvent) => void
  /** Why it is not whole: with the system's reason. */
  readonly ended: () => string | undefined
}

/** Empties the file. Throws the system's error where it can't be written. */
export const journal = (file: string): Journal => {
  writeFileSync(file, "")
  let reason: string | undefined
  return {
    record: (event) => {
      if (reason !== undefined) return
      try {
        appendFileSync(file, `${JSON.stringify(event)}\n`)
      } catch (error) {
        reason = (error as Error).message
      }
    },
    ended: () => reason,
  }
}

/** The whole events in the text of a journal; a line that is cut off is left out. */
export const journalled = (text: string): readonly RunEvent[] =>
  text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line))
