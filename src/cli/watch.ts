/** Waits for files to change. Looks at their times and sizes, which works on every file system and for editors that replace a file. */
import { statSync } from "node:fs"
import { setTimeout as sleep } from "node:timers/promises"

/** Milliseconds between two looks. */
const PERIOD = 200

/** One round for every change of any of the files, which may be others after each round. Ends when it is left. */
export async function* changesOf(files: () => readonly string[]): AsyncGenerator<void> {
  const before = new Map<string, string>()
  const look = (): boolean => {
    let changed = false
    for (const file of files()) {
      const now = stateOf(file)
      changed ||= before.has(file) && before.get(file) !== now
      before.set(file, now)
    }
    return changed
  }
  look()
  for (;;) {
    await sleep(PERIOD)
    if (look()) yield
  }
}

const stateOf = (file: string): string => {
  const found = statSync(file, { throwIfNoEntry: false })
  return found ? `${found.mtimeMs} ${found.size} ${found.ino}` : "absent"
}
