/** Artifacts as bytes: arrays as safetensors, the rest as canonical JSON, so that equal results are equal files. */
import { canonical } from "../../plan/canonical.ts"
import type { Artifact, Json, StoredArray } from "../../plan/step.ts"
import { readSafetensors, writeSafetensors } from "../../plugin/index.ts"

export const jsonBytes = (json: Json): Uint8Array => new TextEncoder().encode(canonical(json))

/** Nothing where there are no arrays. */
export const arrayBytes = (arrays: Artifact["arrays"]): Uint8Array | undefined =>
  Object.keys(arrays).length > 0 ? writeSafetensors(arrays) : undefined

export const artifactFrom = (json: Uint8Array, arrays: Uint8Array | undefined): Artifact => ({
  json: JSON.parse(new TextDecoder().decode(json)),
  arrays: arrays ? (readSafetensors(arrays).tensors as Record<string, StoredArray>) : {},
})
