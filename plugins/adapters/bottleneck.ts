/**
 * Bottleneck adapters: y <- y + U phi(D y + b) + c before the residual and its layer norm.
 * `pfeiffer` (Pfeiffer et al. 2021, arXiv 2005.00247): after the feed-forward layer of each block.
 * `houlsby` (Houlsby et al. 2019, arXiv 1902.00751): after the attention output too.
 */
import {
  add,
  defineAdapter,
  gelu,
  matmul,
  normal,
  optional,
  PositiveInt,
  relu,
  Schema,
  silu,
  tanh,
  words,
  zeros,
} from "../../src/plugin/index.ts"

const activations = { relu, gelu, silu, tanh }

export default defineAdapter({
  name: "bottleneck",
  summary: "Bottleneck after a sub-layer, before its residual (Houlsby et al. 2019; Pfeiffer et al. 2021)",
  equation: "y <- y + U phi(D y + b) + c",
  reference: "arXiv 1902.00751, 2005.00247",
  options: Schema.Struct({
    reduction: optional(PositiveInt, 16, "the bottleneck is this many times narrower than the layer"),
    activation: optional(words("relu", "gelu", "silu", "tanh"), "relu", "phi"),
    place: optional(
      words("pfeiffer", "houlsby"),
      "pfeiffer",
      "after the feed-forward layer, or after attention and feed-forward",
    ),
  }),
  sites: ({ place }) => (place === "houlsby" ? ["attention_output", "output"] : ["output"]),
  parameters: ({ out }, { reduction }) => {
    const narrow = Math.max(1, Math.floor(out / reduction))
    return { D: normal([out, narrow], 0.02), b: zeros([narrow]), U: zeros([narrow, out]), c: zeros([out]) }
  },
  forward: (_x, y, { D, b, U, c }, { activation }) =>
    add(y, add(matmul(activations[activation](add(matmul(y, D), b)), U), c)),
})
