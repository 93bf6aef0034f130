/**
 * Tuning of the normalisations alone (Qi et al. 2022, arXiv 2211.08682): of y = x * gain + bias, with x the normalised
 * state, gain and bias are trained,
 *   y <- y + x * g + b,   g and b drawn as zeros: the distance from what was there.
 */
import { add, defineAdapter, mul, NORM_ROLES, optional, Schema, zeros } from "../../src/plugin/index.ts"

export default defineAdapter({
  name: "layer_norm",
  summary: "Trains gain and bias of the normalisations (Qi et al. 2022)",
  equation: "y <- y + x * g + b, x the normalised state",
  reference: "arXiv 2211.08682",
  options: Schema.Struct({
    targets: optional(
      Schema.Array(Schema.Literals(NORM_ROLES)).check(Schema.isMinLength(1)),
      [...NORM_ROLES],
      "normalisations that are trained; by default all",
    ),
  }),
  sites: ({ targets }) => targets,
  parameters: ({ out }) => ({ g: zeros([out]), b: zeros([out]) }),
  forward: (x, y, { g, b }) => add(y, add(mul(x, g), b)),
})
