/**
 * Averaged gradient episodic memory (Chaudhry et al. 2019, arXiv 1812.00420): a step may not raise the loss of what is remembered.
 * With g the gradient of the batch and r that of a draw from the memory, each as one vector over all that is trained,
 *   g <- g - (g . r / |r|^2) r   where g . r < 0
 */
import {
  add,
  defineStrategy,
  div,
  maximum,
  minimum,
  mul,
  NoOptions,
  sub,
  sum,
  type Tensor,
} from "../../src/plugin/index.ts"

/** The inner product of two gradients, given parameter by parameter. */
const inner = (a: readonly Tensor[], b: readonly Tensor[]): Tensor => a.map((x, i) => sum(mul(x, b[i]))).reduce(add)

export default defineStrategy({
  name: "a_gem",
  summary: "A-GEM: gradients that would raise the loss of remembered examples are projected (Chaudhry et al. 2019)",
  equation: "g <- g - (g . r / |r|^2) r  where g . r < 0",
  reference: "ICLR 2019, arXiv 1812.00420; the memory is the spec's, where mammoth's `agem` keeps one batch a task",
  checked:
    "PyTorch by the formula: parameters after three tasks; projected gradients do not point against the reference; the kit",
  options: NoOptions,
  trains: "adapter",
  visits: "one_by_one",
  replays: () => ({ draws: 1 }),
  gradients: (own, reference) => {
    const against = minimum(inner(own, reference), 0)
    const share = div(against, maximum(inner(reference, reference), 1e-30))
    return own.map((g, i) => sub(g, mul(share, reference[i])))
  },
})
