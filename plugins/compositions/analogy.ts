/**
 * Analogy of modules, "start is to minus as the result is to plus" (Zhang et al. 2023, arXiv 2306.14870):
 *   theta = theta_0 + keep (theta_start - theta_0) + shift ((theta_plus - theta_0) - (theta_minus - theta_0))
 * e.g. classify in a new domain: start = classify in the old one, plus and minus = language modelling in the new and the old one.
 *   LoRA    A = keep A_start + shift A_plus + shift A_minus,  B = keep B_start + shift B_plus - shift B_minus
 *   (IA)3   l = (1 - keep) + keep l_start + shift (l_plus - l_minus)
 */
import {
  CoordinatesOf,
  defineComposition,
  needsFor,
  optional,
  required,
  Schema,
  summed,
} from "../../src/plugin/index.ts"

export default defineComposition({
  name: "analogy",
  summary: "One module, moved by the difference of two others (Zhang et al. 2023)",
  equation: "tau = keep tau_start + shift (tau_plus - tau_minus)",
  reference: "arXiv 2306.14870",
  checked: "PyTorch by the formula: updates of LoRA, vectors of (IA)3",
  options: Schema.Struct({
    start: required(Schema.String, "the task whose module is moved"),
    plus: required(Schema.String, "the task towards which it moves"),
    minus: required(Schema.String, "the task away from which it moves"),
    keep: optional(Schema.Number, 1, "weight of the module that is moved"),
    shift: optional(Schema.Number, 1, "weight of the difference"),
    on: CoordinatesOf("factors"),
  }),
  needs: ({ on }) => (on === "updates" ? [] : [...needsFor(on), "same_initialisation"]),
  tasks: ({ start, plus, minus }) => [start, plus, minus],
  weights: ({ start, plus, minus, keep, shift }, tasks) =>
    tasks.map((task) => (task === start ? keep : 0) + (task === plus ? shift : 0) - (task === minus ? shift : 0)),
  compose: ({ places }, { on }) => summed(places, on),
})
