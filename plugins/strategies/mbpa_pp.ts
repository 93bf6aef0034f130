/**
 * MbPA++ (de Masson d'Autume et al. 2019, arXiv 1906.01076): sparse replay while training, and local adaptation before each answer.
 * Every n-th batch is joined by a draw from the memory. A test text x is answered by W_x, some steps of gradient descent from W on
 *   1/K sum_k CE(f(x_k; W_x), y_k) + lambda |W_x - W|^2
 * over its K nearest neighbours x_k in the memory, by features of the frozen backbone.
 */
import {
  add,
  defineStrategy,
  NonNegativeNumber,
  optional,
  PositiveInt,
  PositiveNumber,
  pow,
  Rate,
  Schema,
  scale,
  sub,
  sum,
  words,
} from "../../src/plugin/index.ts"

export default defineStrategy({
  name: "mbpa_pp",
  summary:
    "MbPA++: sparse replay, and adaptation to remembered neighbours before each answer (de Masson d'Autume et al. 2019)",
  equation: "W_x = argmin 1/K sum_k CE(f(x_k; W_x), y_k) + lambda |W_x - W|^2",
  reference:
    "NeurIPS 2019, arXiv 1906.01076; settings as vgaraujov/LLL-NLP, where a replayed batch is a step of its own",
  checked: "PyTorch by the formula: logits of each text after its adaptation; the kit",
  options: Schema.Struct({
    every: optional(PositiveInt, 100, "batches from one that is joined by remembered texts to the next"),
    neighbours: optional(PositiveInt, 32, "K"),
    steps: optional(PositiveInt, 15, "of gradient descent for each test text"),
    rate: optional(PositiveNumber, 1e-3, "of gradient descent"),
    momentum: optional(Rate, 0.9, "of gradient descent"),
    lambda: optional(NonNegativeNumber, 1e-3, "weight of the distance from where training ended"),
    features: optional(words("mean", "cls"), "mean", "pooling of the frozen features by which neighbours are found"),
  }),
  trains: "adapter",
  visits: "one_by_one",
  replays: ({ every }) => ({ draws: 1, every }),
  adapts: ({ neighbours, steps, rate, momentum, lambda, features }) => ({
    neighbours,
    steps,
    learningRate: rate,
    momentum,
    query: features === "cls" ? "frozen_cls" : "frozen_mean",
    loss: ({ crossEntropy, neighbours: over, trained, start }) => {
      const moved = Object.entries(trained).map(([name, W]) => sum(pow(sub(W, start[name]), 2)))
      return add(over(crossEntropy()), scale(moved.reduce(add), lambda))
    },
  }),
  classes: () => ({ why: "it adapts what chooses a class", help: "use `er`" }),
})
