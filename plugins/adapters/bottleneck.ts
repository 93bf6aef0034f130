/**
 * Bottleneck adapters, before the residual and its layer norm: y <- y + s (U phi(D y + b) + c).
 * `pfeiffer` (Pfeiffer et al. 2021, arXiv 2005.00247): after the feed-forward layer of each block.
 * `houlsby` (Houlsby et al. 2019, arXiv 1902.00751): after the attention output too.
 * `parallel` (He et al. 2022, arXiv 2110.04366): beside the feed-forward layer, y <- y + s (U phi(D x + b) + c) with x
 * what enters that layer; the paper scales by s = 4.
 */
import {
  add,
  defineAdapter,
  gelu,
  matmul,
  normal,
  optional,
  PositiveInt,
  PositiveNumber,
  relu,
  Schema,
  scale,
  silu,
  tanh,
  words,
  zeros,
} from "../../src/plugin/index.ts"

const activations = { relu, gelu, silu, tanh }
const sites = {
  pfeiffer: ["output"],
  houlsby: ["attention_output", "output"],
  parallel: ["feed_forward_block"],
} as const

export default defineAdapter({
  name: "bottleneck",
  summary: "Bottleneck after a sub-layer or beside it (Houlsby et al. 2019; Pfeiffer et al. 2021; He et al. 2022)",
  equation: "y <- y + s (U phi(D y + b) + c); parallel: D x in the place of D y",
  reference: "arXiv 1902.00751, 2005.00247, 2110.04366",
  checked: "PyTorch by the formula: gradients, curves of training, a library under L2R",
  taxonomy: { computation: "adapter" },
  options: Schema.Struct({
    reduction: optional(PositiveInt, 16, "the bottleneck is this many times narrower than the layer"),
    width: optional(
      Schema.Union([words("reduced"), PositiveInt]),
      "reduced",
      "width of the bottleneck: a number that is the same on every backbone, or what `reduction` makes of the layer's",
    ),
    activation: optional(words("relu", "gelu", "silu", "tanh"), "relu", "phi"),
    place: optional(
      words("pfeiffer", "houlsby", "parallel"),
      "pfeiffer",
      "after the feed-forward layer; after attention and feed-forward; or beside the feed-forward layer",
    ),
    scale: optional(PositiveNumber, 1, "s: what the bottleneck gives is multiplied by it"),
  }),
  sites: ({ place }) => sites[place],
  parameters: ({ out }, { reduction, width }) => {
    const narrow = width === "reduced" ? Math.max(1, Math.floor(out / reduction)) : width
    return { D: normal([out, narrow], 0.02), b: zeros([narrow]), U: zeros([narrow, out]), c: zeros([out]) }
  },
  axes: (_site, { place }) => ({
    D: [place === "parallel" ? "x" : "y", "own"],
    b: ["own"],
    U: ["own", "y"],
    c: ["y"],
  }),
  forward: (x, y, { D, b, U, c }, { activation, place, scale: s }) => {
    const narrow = activations[activation](add(matmul(place === "parallel" ? x : y, D), b))
    const update = add(matmul(narrow, U), c)
    return add(y, s === 1 ? update : scale(update, s))
  },
})
