/**
 * Negation of a module (Zhang et al. 2023, arXiv 2306.14870): what was learnt is taken back, and more with `scale` s,
 *   theta = theta_0 - s (theta_t - theta_0)
 *   LoRA    (A, -s B) or (-s A, B): one factor alone, since (-A)(-B) = A B
 *   (IA)3   l = (1 + s) - s l_t, which for s = 1 is 2 - l_t
 * The published code negates B in `negation.py` and `analogy.py`, A in the scripts for GPT-2 and Alpaca: the same update.
 */
import {
  defineComposition,
  NonNegativeNumber,
  optional,
  required,
  Schema,
  summed,
  words,
} from "../../src/plugin/index.ts"

export default defineComposition({
  name: "negation",
  summary: "The opposite of one module, to forget what it has learnt (Zhang et al. 2023)",
  equation: "theta = theta_0 - s (theta_t - theta_0); LoRA: (A, -s B); (IA)3: (1 + s) - s l",
  reference: "arXiv 2306.14870",
  checked: "PyTorch by the formula: updates of LoRA by either factor, vectors of (IA)3",
  options: Schema.Struct({
    task: required(Schema.String, "the task whose module is negated"),
    scale: optional(NonNegativeNumber, 1, "how far: s times what was learnt"),
    factor: optional(words("B", "A"), "B", "the factor of a low-rank module that bears the sign"),
  }),
  tasks: ({ task }) => [task],
  weights: ({ task, scale }, tasks) => tasks.map((one) => (one === task ? -scale : 0)),
  compose: ({ places }, { scale, factor }) =>
    places.map((place) => {
      const [{ factors, weight }] = place.modules
      // Before the task has come there is nothing to take back.
      if (!factors || weight === 0) return summed([place], "updates")[0]
      const turned = (of: "A" | "B") => ({
        shape: factors[of].shape,
        data: Float64Array.from(factors[of].data as Float64Array, (value) => (of === factor ? -scale * value : value)),
      })
      return { factors: { A: turned("A"), B: turned("B"), scale: factors.scale } }
    }),
})
