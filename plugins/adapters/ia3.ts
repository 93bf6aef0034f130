/**
 * (IA)3 (Liu et al. 2022, arXiv 2205.05638): what passes through a layer is rescaled, coordinate by coordinate,
 *   y = l * (x W + b) at keys and values,   y = (l * x) W + b at the feed-forward's output,   l drawn as ones.
 */
import {
  add,
  defineAdapter,
  matmul,
  mul,
  ones,
  optional,
  Schema,
  Targets,
  type Tensor,
} from "../../src/plugin/index.ts"

export default defineAdapter({
  name: "ia3",
  summary: "Rescales keys, values and the inner activations of the feed-forward layer (Liu et al. 2022)",
  equation: "y = l * (xW + b); at the feed-forward's output y = (l * x)W + b",
  reference: "arXiv 2205.05638",
  options: Schema.Struct({
    targets: optional(
      Targets,
      ["key", "value", "output"],
      "linear layers that are rescaled: `output` at what enters it, others at what leaves them",
    ),
  }),
  sites: ({ targets }) => targets,
  parameters: ({ role, in: enters, out }) => ({ l: ones([role === "output" ? enters : out]) }),
  forward: (x, y, { l }, _options, _mode, { site, weight, bias }) => {
    if (site.role !== "output") return mul(y, l)
    const rescaled = matmul(mul(x, l), weight as Tensor)
    return bias ? add(rescaled, bias) : rescaled
  },
})
