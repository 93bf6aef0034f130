/** Logits of classes that have not come, along a sequence without boundaries: as good as impossible. Elsewhere there are none. */
import type { Artifact } from "../../../plan/step.ts"

/** The least float32. */
const IMPOSSIBLE = -3.4028234663852886e38

/** [texts, classes], changed in place; `columns` are those of the classes in the head of the shared model. */
export const withoutUnseen = (logits: Float32Array, columns: Int32Array, { arrays }: Artifact): Float32Array => {
  if (!arrays.seen) return logits
  const seen = new Set(arrays.seen.data as Int32Array)
  for (let i = 0; i < logits.length; i++) if (!seen.has(columns[i % columns.length])) logits[i] = IMPOSSIBLE
  return logits
}
