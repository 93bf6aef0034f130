/** How far the composed modules of a cell are from the weighted sums that they stand for, over sites and seeds. */
import type { Cell, CompositionError } from "../learning/results.ts"

export interface ComposedRow {
  readonly name: string
  readonly plugin: string
  /** || merged - sum || / || sum || over all sites, in percent, mean over seeds; undefined where the sum is zero. */
  readonly update?: number
  /** The site where it is largest, in the seed where it is. */
  readonly worst?: { readonly site: string; readonly update: number }
  /** | logit(merged) - logit(sum) |: mean over texts, classes and seeds, and the largest. */
  readonly logits?: { readonly mean: number; readonly max: number; readonly texts: number }
}

export const COMPOSITION_NOTE =
  "Update: Frobenius norm of (merged update - weighted sum of the modules' updates) in percent of that of the sum, of modules that are not low-rank of their " +
  "parameters; worst: the site where it is largest. Logits: how far they are from those under the sum of the modules' outputs with the same weights, on training texts, under the joined heads."

/** One for each composition, whatever its heads. */
export const compositionErrors = (cell: Cell): readonly ComposedRow[] => {
  const found = cell.rows.flatMap(({ name, plugin, seed, composition }) =>
    composition ? [{ name, plugin, seed, composition }] : [],
  )
  return [...new Set(found.map(({ name }) => name))].map((name) => {
    const rows = found.filter((row) => row.name === name)
    const bySeed = [...new Map(rows.map((row) => [row.seed, row.composition])).values()]
    return { name, plugin: rows[0].plugin, ...updates(bySeed), ...logitsOf(bySeed) }
  })
}

const updates = (errors: readonly CompositionError[]): Pick<ComposedRow, "update" | "worst"> => {
  const whole = errors.map(({ sites }) => {
    const length = (of: "distance" | "sum") => Math.hypot(...sites.map((site) => site[of]))
    return (100 * length("distance")) / length("sum")
  })
  if (!whole.every(Number.isFinite)) return {}
  const sites = errors.flatMap((one) => one.sites).filter(({ sum }) => sum > 0)
  const shares = sites.map(({ site, distance, sum }) => ({ site, update: (100 * distance) / sum }))
  const worst = shares.reduce((most, one) => (one.update > most.update ? one : most), shares[0])
  return { update: mean(whole), worst }
}

const logitsOf = (errors: readonly CompositionError[]): Pick<ComposedRow, "logits"> => {
  const all = errors.flatMap(({ logits }) => logits ?? [])
  if (all.length === 0) return {}
  return {
    logits: {
      mean: mean(all.map((one) => one.mean)),
      max: Math.max(...all.map(({ max }) => max)),
      texts: all[0].texts,
    },
  }
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length
