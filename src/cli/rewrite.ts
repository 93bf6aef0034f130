/** Replaces the text of a file at once: whatever happens, the old text or the new stands there, with the old permissions. */
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
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

/** A link stays one: the file that it names is replaced. What is read-only is left alone, though its folder would let it be replaced. Throws SourceError. */
export const rewrite = (file: string, text: string): void => {
  const target = realpathSync(file)
  const { mode } = statSync(target)
  if (!mayWrite(target, mode))
    throw new SourceError(`${file} is read-only`, `make it writable first: chmod u+w ${file}; it is as it was`)
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

/** A file that says to be read-only is so to everyone, root too. */
const mayWrite = (file: string, mode: number): boolean => {
  if ((mode & 0o222) === 0) return false
  try {
    accessSync(file, constants.W_OK)
    return true
  } catch {
    return false
  }
}
