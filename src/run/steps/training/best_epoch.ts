/** The parameters of the epoch that is best on the validation examples; the earliest of equals. */
import type { Snapshot } from "../../../model/halfway.ts"

export interface BestEpoch {
  /** Measures, and keeps the parameters where they are better than before. */
  readonly look: () => Promise<void>
  /** Puts those back that were kept. */
  readonly restore: () => void
  readonly halfway: { readonly take: () => Snapshot; readonly give: (snapshot: Snapshot) => void }
  readonly release: () => Promise<void>
}

/** `measure` gives a number of the parameters as they are, more being better. */
export const bestEpoch = (
  values: ReadonlyMap<string, Float32Array>,
  measure: () => Promise<number>,
  release: () => Promise<void>,
): BestEpoch => {
  let most = Number.NEGATIVE_INFINITY
  let kept = new Map<string, Float32Array>()
  return {
    look: async () => {
      const found = await measure()
      if (found <= most) return
      most = found
      kept = new Map([...values].map(([name, value]) => [name, value.slice()]))
    },
    restore: () => {
      for (const [name, value] of kept) values.get(name)!.set(value)
    },
    halfway: {
      take: (): Snapshot => ({
        most: { shape: [1], data: Float64Array.of(most) },
        ...Object.fromEntries([...kept].map(([name, data]) => [name, { shape: [data.length], data }])),
      }),
      give: ({ most: least, ...arrays }: Snapshot) => {
        most = Number(least.data[0])
        kept = new Map(Object.entries(arrays).map(([name, { data }]) => [name, data as Float32Array]))
      },
    },
    release,
  }
}
