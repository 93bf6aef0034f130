/** Waits for files to change: looks at what is in them, which works on every file system and for editors that replace a file. */
import { readFileSync, statSync } from "node:fs"
import { setTimeout as sleep } from "node:timers/promises"

/** Milliseconds between two looks. */
const PERIOD = 200

/** Texts by file; of a file that can't be read, nothing. */
export type Contents = Readonly<Record<string, string | undefined>>

/** Resolves when some file has another text than this one. What changed before it is called counts as well. */
export const changed = async (known: Contents): Promise<void> => {
  while (Object.entries(known).every(([file, text]) => textIn(file) === text)) await sleep(PERIOD)
}

const textIn = (file: string): string | undefined => {
  try {
    return statSync(file).isFile() ? readFileSync(file, "utf8") : undefined
  } catch {
    return undefined
  }
}
