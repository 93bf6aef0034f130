/**
 * Uniform merging: the mean of the modules' parameters (model soups: Wortsman et al. 2022, arXiv 2203.05482),
 *   theta = theta_0 + 1/N sum_i (theta_i - theta_0)
 * Of low-rank modules the factors are averaged apart, as mttl's `uniform`, or their updates, as its `uniform_lora_after_op`:
 * only these are the mean of the modules' outputs.
 */
import { CoordinatesOf, defineComposition, needsFor, Schema, summed } from "../../src/plugin/index.ts"

export default defineComposition({
  name: "uniform_merge",
  summary: "The mean of the modules' parameters (Wortsman et al. 2022)",
  equation: "theta = theta_0 + 1/N sum_i (theta_i - theta_0)",
  reference: "arXiv 2203.05482",
  checked: "the kit: averaged updates are the mean of the outputs",
  options: Schema.Struct({ on: CoordinatesOf("factors") }),
  needs: ({ on }) => needsFor(on),
  weights: (_options, tasks) => tasks.map(() => 1 / tasks.length),
  compose: ({ places }, { on }) => summed(places, on),
})
