/**
 * The artifact store: a folder of content-addressed objects and of records that name them.
 *
 *     objects/<ab>/<digest>.json          the JSON of an artifact
 *     objects/<ab>/<digest>.safetensors   its arrays
 *     steps/<key>.json                    the record of a finished step
 *
 * Objects are written before the record that names them, each whole (see write.ts): a step is either finished or absent.
 * Whatever is read is compared with its digest; what does not match counts as absent and is computed again.
 */
import { readdirSync, readFileSync, statSync } from "node:fs"
import { join, resolve } from "node:path"
import { sha256 } from "../../plan/key.ts"
import type { Artifact, Step } from "../../plan/step.ts"
import { machine } from "../machine.ts"
import { version } from "../version.ts"
import { arrayBytes, artifactFrom, jsonBytes } from "./artifact.ts"
import { Damage, storeError } from "./errors.ts"
import { readRecord, type StepRecord, type StoredObject, writtenRecord } from "./record.ts"
import { makeFolder, removeLeftovers, writeWhole } from "./write.ts"

export { Damage, StoreError } from "./errors.ts"
export type { StepRecord, StoredObject } from "./record.ts"

export interface Store {
  readonly directory: string
  /** True where a step's record is sound and its objects are there with the right size: cheap, for listings. */
  readonly has: (key: string) => boolean
  /** The record of a step; nothing where there is none. Throws Damage. */
  readonly record: (key: string) => StepRecord | undefined
  /** Compares every byte of a step with its digests. Nothing where the step is absent. Throws Damage. */
  readonly verify: (key: string) => StepRecord | undefined
  /** The artifact of a finished step, verified. Throws Damage where it is absent, truncated or altered. */
  readonly read: (key: string) => Artifact
  /** Keeps what a step left. Throws StoreError (full, read-only, not a folder). */
  readonly write: (
    step: Pick<Step, "key" | "kind" | "label">,
    artifact: Artifact,
    cost: Cost,
    warnings?: StepRecord["warnings"],
  ) => StepRecord
  /** Size on disk of all objects. */
  readonly bytes: () => number
}

export interface Cost {
  readonly seconds: number
  readonly cpuSeconds: number
}

/** Unfinished files older than this belong to no run that is alive. */
const HOUR = 3_600_000

/** Opens a store, making its folder where needed. Throws StoreError. */
export const openStore = (folder: string): Store => {
  const directory = resolve(folder)
  const steps = join(directory, "steps")
  const objects = join(directory, "objects")
  try {
    makeFolder(steps)
    makeFolder(objects)
  } catch (cause) {
    throw storeError("open the store", directory, cause)
  }
  removeLeftovers([steps, ...partsOf(objects)], HOUR)
  const recordPath = (key: string) => join(steps, `${key}.json`)
  const objectPath = ({ digest }: StoredObject, format: string) =>
    join(objects, digest.slice(0, 2), `${digest}.${format}`)

  const record = (key: string): StepRecord | undefined => {
    const bytes = bytesAt(recordPath(key))
    return bytes && readRecord(key, bytes)
  }
  const objectBytes = (key: string, object: StoredObject, format: string): Uint8Array => {
    const bytes = bytesAt(objectPath(object, format))
    if (bytes === undefined) throw new Damage(key, `its ${format} object ${object.digest.slice(0, 12)} is missing`)
    if (bytes.byteLength !== object.bytes)
      throw new Damage(
        key,
        `its ${format} object ${object.digest.slice(0, 12)} holds ${bytes.byteLength} bytes instead of ${object.bytes}`,
      )
    if (sha256(bytes) !== object.digest)
      throw new Damage(key, `its ${format} object ${object.digest.slice(0, 12)} was altered`)
    return bytes
  }
  const parts = (key: string, { json, arrays }: StepRecord) =>
    [objectBytes(key, json, "json"), arrays && objectBytes(key, arrays, "safetensors")] as const
  const keep = (bytes: Uint8Array, format: string): StoredObject => {
    const object = { digest: sha256(bytes), bytes: bytes.byteLength }
    makeFolder(join(objects, object.digest.slice(0, 2)))
    writeWhole(objectPath(object, format), bytes)
    return object
  }

  return {
    directory,
    record,
    has: (key) => {
      try {
        const found = record(key)
        if (!found) return false
        const whole = (object: StoredObject, format: string) =>
          statSync(objectPath(object, format), { throwIfNoEntry: false })?.size === object.bytes
        return whole(found.json, "json") && (!found.arrays || whole(found.arrays, "safetensors"))
      } catch (cause) {
        if (cause instanceof Damage) return false
        throw cause
      }
    },
    verify: (key) => {
      const found = record(key)
      if (found) parts(key, found)
      return found
    },
    read: (key) => {
      const found = record(key)
      if (!found) throw new Damage(key, "it is not in the store")
      return artifactFrom(...parts(key, found))
    },
    write: ({ key, kind, label }, artifact, { seconds, cpuSeconds }, warnings = []) => {
      const json = jsonBytes(artifact.json)
      const arrays = arrayBytes(artifact.arrays)
      const { model, fingerprint } = machine()
      try {
        const written: StepRecord = {
          format: 1,
          key,
          kind,
          label,
          l2r: version,
          created: new Date().toISOString(),
          seconds: toMicroseconds(seconds),
          cpuSeconds: toMicroseconds(cpuSeconds),
          machine: { model, features: fingerprint },
          json: keep(json, "json"),
          ...(arrays && { arrays: keep(arrays, "safetensors") }),
          warnings,
        }
        writeWhole(recordPath(key), writtenRecord(written))
        return written
      } catch (cause) {
        throw storeError(`keep the result of "${label}" in the store`, directory, cause)
      }
    },
    bytes: () => partsOf(objects).reduce((sum, part) => sum + sizeOf(part), 0),
  }
}

/** So few digits that each of them counts: a digit that is altered in a record is another number, which its checksum finds. */
const toMicroseconds = (seconds: number): number => Math.round(seconds * 1e6) / 1e6

const partsOf = (objects: string): readonly string[] =>
  readdirSync(objects, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [join(objects, entry.name)] : [],
  )

const sizeOf = (folder: string): number =>
  readdirSync(folder).reduce(
    (sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  )

/** A file's bytes; nothing where it is absent. Throws StoreError where it is there but can't be read. */
const bytesAt = (path: string): Uint8Array | undefined => {
  try {
    return new Uint8Array(readFileSync(path))
  } catch (cause) {
    const code = (cause as { code?: string }).code
    if (code === "ENOENT") return undefined
    throw storeError("read", path, cause)
  }
}
