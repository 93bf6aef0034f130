/** No modules at all: a text is given the nearest class Gaussian with one shared, shrunk covariance of its features under the frozen backbone. */
import {
  add,
  defineProbe,
  Fraction,
  linearScores,
  matmul,
  optional,
  Schema,
  sub,
  words,
} from "../../src/plugin/index.ts"

export default defineProbe({
  name: "frozen_class_gaussian",
  summary: "Control without modules: the nearest class Gaussian with one shared, shrunk covariance of frozen features",
  equation: "c = argmin_c (phi - mu_c)^T P (phi - mu_c)",
  checked: "SciPy by the formula, on random features",
  options: Schema.Struct({
    statistics: optional(
      words("memory", "train"),
      "train",
      "where the statistics come from: the memory, or all training data",
    ),
    shrinkage: optional(Fraction, 0.1, "s of the shrunk covariance (1-s) Sigma + s tr(Sigma)/d I"),
    features: optional(words("mean", "cls"), "mean", "pooling of the frozen features"),
  }),
  query: ({ features }) => (features === "cls" ? "frozen_cls" : "frozen_mean"),
  statisticsFrom: ({ statistics }) => statistics,
  statistics: (given, { shrinkage }) => {
    const { V, c, center, width, groups } = linearScores(given, "class_gaussian", shrinkage)
    return {
      V: { shape: [width, groups], data: V },
      c: { shape: [groups], data: c },
      center: { shape: [width], data: center },
    }
  },
  scores: (phi, { V, c, center }) => add(matmul(sub(phi, center), V), c),
})
