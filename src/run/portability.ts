/** From the finished steps of portabilities to what results hold of them. */
import { judged, type PortabilityCell, type Ported } from "../learning/index.ts"
import type { PlannedPortability } from "../plan/portability.ts"
import { randomStream } from "../plugin/index.ts"
import { turnedDown } from "./steps/not_served.ts"
import type { Store } from "./store/index.ts"

export const portabilitiesOf = (planned: readonly PlannedPortability[], store: Store): readonly PortabilityCell[] => {
  const raw = planned.map((one) => portedIn(one, store))
  const result = new Map<Ported, PortabilityCell>()
  for (const family of new Set(planned.map((one) => one.family))) {
    const own = raw.filter((_, i) => planned[i].family === family)
    judged(own, (purpose) => randomStream(0, "comparisons", purpose)).forEach((cell, k) => result.set(own[k], cell))
  }
  return raw.map((one) => result.get(one)!)
}

const portedIn = ({ entries, scores, planned: _p, family: _f, ...known }: PlannedPortability, store: Store): Ported => {
  const artifact = store.read(scores)
  const notDefined = turnedDown(artifact)
  if (notDefined !== undefined) return { ...known, notDefined, examples: 0, right: [] }
  const { examples } = artifact.json as unknown as { readonly examples: readonly number[] }
  return {
    ...known,
    examples: examples.reduce((sum, count) => sum + count, 0),
    right: entries.map((entry, k) => ({ ...entry, right: Array.from(artifact.arrays[`right/${k}`].data).join("") })),
  }
}
