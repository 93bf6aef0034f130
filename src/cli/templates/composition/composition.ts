/**
 * The median of what the modules have learnt, entry by entry: one module that is far off moves nothing,
 *   theta = theta_0 + median_i (theta_i - theta_0).
 */
import { CoordinatesOf, defineComposition, merged, needsFor, Schema } from "l2r/plugin"

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const half = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}

export default defineComposition({
  name: "median",
  summary: "The median of what the modules have learnt, entry by entry",
  equation: "theta = theta_0 + median_i (theta_i - theta_0)",
  options: Schema.Struct({ on: CoordinatesOf("updates") }),
  needs: ({ on }) => needsFor(on),
  weights: (_options, tasks) => tasks.map(() => 1 / tasks.length),
  compose: ({ places }, { on }) =>
    merged(places, on, ({ tasks, of }) => {
      const taus = tasks.map((_, i) => of(i))
      return taus[0].map((_, k) => median(taus.map((tau) => tau[k])))
    }),
})
