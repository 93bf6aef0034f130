/**
 * Addition of modules (Zhang et al. 2023, arXiv 2306.14870; task arithmetic: Ilharco et al. 2023, arXiv 2212.04089):
 *   theta = theta_0 + sum_i lambda_i (theta_i - theta_0)
 *   LoRA    A = sum_i |lambda_i| A_i,  B = sum_i lambda_i B_i: the factors apart, which needs modules of the same initialisation
 *   (IA)3   l = 1 + sum_i lambda_i (l_i - 1)
 * Zhang et al. add two modules with lambda and 1 - lambda; task arithmetic has one lambda for all. Without either: 1/N.
 */
import {
  CoordinatesOf,
  defineComposition,
  needsFor,
  notBoth,
  required,
  Schema,
  summed,
  TaskWeights,
  weightsOf,
} from "../../src/plugin/index.ts"

export default defineComposition({
  name: "addition",
  summary:
    "Adds what the modules have learnt: arithmetic of modules (Zhang et al. 2023), task arithmetic (Ilharco et al. 2023)",
  equation:
    "theta = theta_0 + sum_i lambda_i (theta_i - theta_0); LoRA: A = sum_i lambda_i A_i, B = sum_i lambda_i B_i",
  reference: "arXiv 2306.14870, 2212.04089",
  checked: "PyTorch by the formula: updates of LoRA, vectors of (IA)3",
  options: Schema.Struct({
    weights: TaskWeights,
    lambda: Schema.optionalKey(required(Schema.Number, "one weight for all tasks; without it, or `weights`, 1/N")),
    on: CoordinatesOf("factors"),
  }).check(notBoth("weights", "lambda")),
  needs: ({ on }) => (on === "updates" ? [] : [...needsFor(on), "same_initialisation"]),
  tasks: ({ weights = {} }) => Object.keys(weights),
  weights: ({ weights, lambda }, tasks) => weightsOf(tasks, weights, lambda ?? 1 / tasks.length),
  compose: ({ places }, { on }) => summed(places, on),
})
