/** What can go wrong with a store as a whole. A damaged object is no error: it is recomputed. */
import { constants } from "node:os"
import * as Schema from "effect/Schema"

/** The store can't be read or written: what, where, what to do. Finished steps stay as they are. */
export class StoreError extends Schema.TaggedError<StoreError>()("StoreError", {
  message: Schema.String,
  help: Schema.String,
  path: Schema.String,
}) {}

const known: Readonly<Record<string, readonly [why: string, help: string]>> = {
  ENOSPC: [
    "the disk is full",
    "free some space or give another folder with --store DIR; finished steps are kept and are not repeated",
  ],
  EDQUOT: [
    "the disk quota is used up",
    "free some space or give another folder with --store DIR; finished steps are kept and are not repeated",
  ],
  EFBIG: [
    "the file would be larger than the system allows",
    "raise the limit (ulimit -f), or give a folder of another disk with --store DIR; finished steps are kept and are not repeated",
  ],
  EROFS: ["the file system is read-only", "give a folder that can be written with --store DIR"],
  EACCES: ["permission is denied", "make the folder writable, or give another one with --store DIR"],
  EPERM: ["permission is denied", "make the folder writable, or give another one with --store DIR"],
  ENOTDIR: ["a file stands where a folder is needed", "move that file away, or give another folder with --store DIR"],
  EEXIST: ["a file stands where a folder is needed", "move that file away, or give another folder with --store DIR"],
  EISDIR: ["a folder stands where a file is needed", "move that folder away, or give another store with --store DIR"],
  EMFILE: ["too many files are open", "raise the limit (ulimit -n), or run with fewer workers"],
}

/** The system's name of an error. Deno gives some only as "(os error 28)" at the end of the message. */
const codeOf = (cause: unknown): string => {
  const { code, message = "" } = cause as { code?: string; message?: string }
  const number = Number(/\(os error (\d+)\)/.exec(message)?.[1])
  return code ?? Object.entries(constants.errno).find(([, value]) => value === number)?.[0] ?? ""
}

export const storeError = (doing: string, path: string, cause: unknown): StoreError => {
  const code = codeOf(cause)
  const [why, help] = known[code] ?? [
    cause instanceof Error ? cause.message : String(cause),
    "check the folder, or give another one with --store DIR",
  ]
  return new StoreError({ message: `cannot ${doing} "${path}": ${why}${code ? ` (${code})` : ""}`, help, path })
}

/** An object or record that is not what its name or checksum says: it must be computed again. */
export class Damage extends Error {
  override readonly name = "Damage"
  readonly key: string
  constructor(key: string, message: string) {
    super(message)
    this.key = key
  }
}
