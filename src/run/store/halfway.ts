/**
 * Trainings that are not finished: `halfway/<key>`, the digest of what follows, then arrays as safetensors. A courtesy: what is damaged
 * counts as absent, and a folder that cannot be written leaves the training as it is.
 */
import { readdirSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import type { Snapshot } from "../../model/halfway.ts"
import { sha256 } from "../../plan/key.ts"
import { readSafetensors, writeSafetensors } from "../../plugin/index.ts"
import { makeFolder, writeWhole } from "./write.ts"

export interface HalfwayFiles {
  readonly read: (key: string) => Snapshot | undefined
  readonly write: (key: string, snapshot: Snapshot) => void
  /** Once the step has finished. */
  readonly clear: (key: string) => void
}

/** Length of a sha256 in hexadecimal. */
const DIGEST = 64

export const halfwayFiles = (store: string): HalfwayFiles => {
  const folder = join(store, "halfway")
  const path = (key: string) => join(folder, key)
  return {
    read: (key) => {
      try {
        const bytes = new Uint8Array(readFileSync(path(key)))
        const arrays = bytes.slice(DIGEST)
        return sha256(arrays) === new TextDecoder().decode(bytes.subarray(0, DIGEST))
          ? readSafetensors(arrays).tensors
          : undefined
      } catch {
        return undefined
      }
    },
    write: (key, snapshot) => {
      const arrays = writeSafetensors(snapshot)
      const bytes = new Uint8Array(DIGEST + arrays.byteLength)
      bytes.set(new TextEncoder().encode(sha256(arrays)))
      bytes.set(arrays, DIGEST)
      try {
        makeFolder(folder)
        writeWhole(path(key), bytes)
      } catch {
        // The training itself goes on; the step's own result will tell what is wrong with the store.
      }
    },
    clear: (key) => {
      try {
        for (const name of readdirSync(folder)) // a killed run may have left an unfinished one
          if (name === key || name.startsWith(`.${key}.`)) rmSync(path(name), { force: true })
      } catch {
        // In nobody's way.
      }
    },
  }
}
