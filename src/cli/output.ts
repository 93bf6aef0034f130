/**
 * Text to standard output without the process's stream, whose opening takes a sixth of a short check. Where the bytes
 * do not go through at once (a full pipe, a reader that has gone, the console of Windows), the stream takes them.
 */
import { writeSync } from "node:fs"

let prepare = (): void => {}

/** What is done before the stream is used. */
export const beforeStream = (work: () => void): void => {
  prepare = work
}

export const print = (text: string): void => {
  const bytes = Buffer.from(text)
  let at = 0
  try {
    if (process.platform !== "win32") while (at < bytes.length) at += writeSync(1, bytes, at)
  } catch {}
  if (at === bytes.length) return
  prepare()
  process.stdout.write(bytes.subarray(at))
}
