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
  checked: "HF PEFT: training, folders and states in both directions; PyTorch: gradients",
  taxonomy: { computation: "structured" },
  options: Schema.Struct({
    targets: optional(
      Schema.Array(Schema.Literals(NORM_ROLES)).check(Schema.isMinLength(1)),
      [...NORM_ROLES],
      "normalisations that are trained; by default all",
    ),
    bias: optional(Schema.Boolean, true, "the bias is trained too, also where a normalisation has none of its own"),
  }),
  sites: ({ targets }) => targets,
  parameters: ({ out }, { bias }) => ({ g: zeros([out]), ...(bias && { b: zeros([out]) }) }),
  forward: (x, y, { g, b }) => add(y, b ? add(mul(x, g), b) : mul(x, g)),
  axes: () => ({ g: ["y"], b: ["y"] }),
  peft: {
    type: "LN_TUNING",
    options: ({ biased }, targets) => ({ targets, bias: biased }),
    config: () => ({}),
    tensors: () => ({
      g: { name: "ln_tuning_layers.weight", from: "weight" },
      b: { name: "ln_tuning_layers.bias", from: "bias" },
    }),
  },
})
