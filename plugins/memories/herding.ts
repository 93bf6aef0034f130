/**
 * Herding (Rebuffi et al. 2017, iCaRL, algorithm 4): of each class the examples whose mean comes nearest to the class mean of
 * frozen features, one after the other. With φ of unit length and μ the mean of a class,
 *
 *     p_k = argmin_x || μ - (φ(x) + Σ_{j<k} φ(p_j)) / k ||        x not chosen yet
 *
 * so that the first k are the best k that this greedy choice knows. Nothing is drawn: every seed keeps the same examples.
 */
import { defineMemory, type FeatureRows, optional, PositiveInt, Schema, words } from "../../src/plugin/index.ts"

export default defineMemory({
  name: "herding",
  summary:
    "Of each class the examples whose mean is nearest to the class mean of frozen features (iCaRL, Rebuffi et al. 2017)",
  equation: "p_k = argmin_x || mu - (phi(x) + sum_{j<k} phi(p_j)) / k ||",
  reference: "CVPR 2017, arXiv 1611.07725, algorithm 4; without repetition, as the authors' code",
  checked: "two other writings of the formula, one as the authors' code",
  options: Schema.Struct({
    per_class: optional(PositiveInt, 5, "examples of each class; all of them where the class has fewer"),
    length: optional(words("unit", "own"), "unit", "features of unit length, as in the paper, or of their own"),
  }),
  reads: "frozen_mean",
  classes: () => ({
    why: "it keeps examples of each class",
    help: "use `random { per_task: 20 }`, or `reservoir`",
  }),
  draw: ({ labels, features }, { per_class, length }) => {
    const all = Array.from(labels.keys())
    const classes = [...new Set(labels)].sort((a, b) => a - b)
    const rows = (own: readonly number[]) =>
      own.map((i) => (length === "unit" ? unit(row(features!, i)) : row(features!, i)))
    return Int32Array.from(
      classes.flatMap((c) => {
        const own = all.filter((i) => labels[i] === c)
        return herded(rows(own), Math.min(per_class, own.length)).map((k) => own[k])
      }),
    )
  },
})

/** Places in φ, [examples][width], in the order in which they are chosen; the first of equals. */
const herded = (phi: readonly Float64Array[], count: number): readonly number[] => {
  const mu = mean(phi)
  const sum = new Float64Array(mu.length)
  const chosen = new Set<number>()
  while (chosen.size < count) {
    const k = chosen.size + 1
    let best = -1
    let least = Number.POSITIVE_INFINITY
    phi.forEach((x, i) => {
      if (chosen.has(i)) return
      const square = mu.reduce((total, m, d) => total + (m - (x[d] + sum[d]) / k) ** 2, 0)
      if (square < least) [best, least] = [i, square]
    })
    chosen.add(best)
    phi[best].forEach((value, d) => {
      sum[d] += value
    })
  }
  return [...chosen]
}

const row = ({ data, width }: FeatureRows, i: number) => Float64Array.from(data.subarray(i * width, (i + 1) * width))

const unit = (x: Float64Array): Float64Array => {
  const norm = Math.sqrt(x.reduce((sum, value) => sum + value * value, 0))
  return norm > 0 ? x.map((value) => value / norm) : x
}

const mean = (rows: readonly Float64Array[]): Float64Array => {
  const total = new Float64Array(rows[0].length)
  for (const x of rows) x.forEach((value, d) => (total[d] += value))
  return total.map((value) => value / rows.length)
}
