/** Replaces the text of a file at once: whatever happens, the old text or the new stands there, with the old permissions. */
import {
  chmodSync,
  closeSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs"
import { basename, dirname, join } from "node:path"
import { SourceError } from "../source.ts"

/** A link stays one: the file that it names is replaced. Throws SourceError. */
export const rewrite = (file: string, text: string): void => {
  const target = realpathSync(file)
  const { mode } = statSync(target)
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`)
  let made = false
  try {
    const handle = openSync(temporary, "wx", mode & 0o777)
    made = true
    try {
      const bytes = Buffer.from(text)
      for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at)
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    chmodSync(temporary, mode & 0o7777)
    renameSync(temporary, target)
  } catch (error) {
    if (made) rmSync(temporary, { force: true })
    throw new SourceError(
      `${file} can't be written: ${(error as Error).message}`,
      "check the permissions and the space of its folder; the file is as it was",
    )
  }
}
