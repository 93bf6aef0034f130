/** Records: `steps/<key>.json` says which objects a step left and how they came about, and carries its own checksum. */
import { canonical } from "../../plan/canonical.ts"
import { sha256 } from "../../plan/key.ts"
import { Damage } from "./errors.ts"

/** A content-addressed object: `objects/<first two of digest>/<digest>.<format>`. */
export interface StoredObject {
  readonly digest: string
  readonly bytes: number
}

export interface StepRecord {
  readonly format: 1
  readonly key: string
  readonly kind: string
  readonly label: string
  /** Version of l2r that wrote it. */
  readonly l2r: string
  /** ISO time. */
  readonly created: string
  /** Elapsed time, and processor time of the thread that computed it. */
  readonly seconds: number
  readonly cpuSeconds: number
  /** Processor and features that it was computed on. */
  readonly machine: { readonly model: string; readonly features: string }
  readonly json: StoredObject
  /** Absent where the step left no arrays. */
  readonly arrays?: StoredObject
  /** What the step warned of; shown again when the result is reused. */
  readonly warnings: readonly { readonly message: string; readonly help?: string }[]
}

export const writtenRecord = (record: StepRecord): Uint8Array =>
  new TextEncoder().encode(`${JSON.stringify({ ...record, checksum: sha256(canonical(record)) }, null, 2)}\n`)

/** The record in a file's bytes. Throws Damage where it is cut, altered, or belongs to another step. */
export const readRecord = (key: string, bytes: Uint8Array): StepRecord => {
  let parsed: StepRecord & { checksum?: string }
  try {
    parsed = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes))
  } catch {
    throw new Damage(key, "its record is truncated or not JSON")
  }
  if (parsed === null || typeof parsed !== "object") throw new Damage(key, "its record is no record")
  const { checksum, ...record } = parsed
  if (checksum !== sha256(canonical(record))) throw new Damage(key, "its record does not match its checksum")
  if (record.key !== key) throw new Damage(key, "its record belongs to another step")
  if (record.format !== 1) throw new Damage(key, `its record has the unknown format ${record.format}`)
  return record
}
