/** Writing whole files: what stands under the final name is complete, whenever the process is killed. */
import { randomBytes } from "node:crypto"
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs"
import { basename, dirname, join } from "node:path"

/** Bytes of one write; the system takes less than 2 GB. */
const MOST = 1 << 30

/** Names of unfinished files; no other file in a store ends so. */
const UNFINISHED = ".tmp"

/**
 * Writes to a name of its own in the same folder, flushes, renames. Two writers of one name do no harm: each renames a
 * complete file. Throws the system's error and leaves nothing behind where it can.
 */
export const writeWhole = (path: string, bytes: Uint8Array): void => {
  const temporary = join(
    dirname(path),
    `.${basename(path)}.${process.pid}.${randomBytes(6).toString("hex")}${UNFINISHED}`,
  )
  try {
    const file = openSync(temporary, "wx")
    try {
      for (let at = 0; at < bytes.byteLength; ) at += writeSync(file, bytes, at, Math.min(bytes.byteLength - at, MOST))
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, path)
  } catch (cause) {
    removeQuietly(temporary)
    throw cause
  }
  flushFolder(dirname(path))
}

/**
 * Makes a folder and those above it; nothing where it is there. Node's own way never ends where a file system says that
 * a new folder in an existing one does not exist, as /proc does. Throws the system's error.
 */
export const makeFolder = (path: string): void => {
  if (isFolder(path)) return
  if (dirname(path) !== path) makeFolder(dirname(path))
  try {
    mkdirSync(path)
  } catch (cause) {
    if (!isFolder(path)) throw cause // another run may have made it
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false

/** Makes the rename itself durable; systems that cannot flush a folder do it on their own. */
const flushFolder = (folder: string): void => {
  try {
    const handle = openSync(folder, "r")
    try {
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
  } catch {
    // Windows and some network file systems refuse; the file itself is flushed.
  }
}

/** Removes unfinished files of killed runs; younger ones may belong to a run that is alive. A courtesy: what can't be removed stays. */
export const removeLeftovers = (folders: readonly string[], olderThanMilliseconds: number, now = Date.now()): void => {
  for (const folder of folders) {
    for (const name of readdirSync(folder)) {
      if (!name.startsWith(".") || !name.endsWith(UNFINISHED)) continue
      const path = join(folder, name)
      const age = now - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now)
      if (age > olderThanMilliseconds) removeQuietly(path)
    }
  }
}

/** A read-only store can still be read. */
const removeQuietly = (path: string): void => {
  try {
    rmSync(path, { force: true })
  } catch {
    // It is in nobody's way.
  }
}
