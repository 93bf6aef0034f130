/**
 * A linear probe without modules: ridge regression of one-hot classes on features of the frozen backbone, in closed form,
 *   W = (X^T X + alpha I)^-1 X^T Y,   c = argmax_c (phi - m) W_c + mean of Y_c      X, Y centred, m the mean feature
 * Frozen encoders with such a classifier are a strong baseline of continual learning ("Learn or Recall?", arXiv 2312.07887): features
 * never change, so that statistics of earlier tasks stay true.
 */
import {
  add,
  DataError,
  defineProbe,
  matmul,
  optional,
  PositiveNumber,
  ridge,
  Schema,
  sub,
  words,
} from "../../src/plugin/index.ts"

export default defineProbe({
  name: "frozen_ridge",
  summary: "Control without modules: a linear probe, ridge regression of classes on frozen features",
  equation: "W = (X^T X + alpha I)^-1 X^T Y;  c = argmax_c (phi - m) W_c + mean Y_c",
  checked: "scikit-learn: Ridge on one-hot classes, on random features",
  options: Schema.Struct({
    statistics: optional(
      words("memory", "train"),
      "train",
      "where the statistics come from: the memory, or all training data",
    ),
    alpha: optional(PositiveNumber, 1, "weight of the squared weights; the intercept has none"),
    features: optional(words("mean", "cls"), "mean", "pooling of the frozen features"),
  }),
  query: ({ features }) => (features === "cls" ? "frozen_cls" : "frozen_mean"),
  statisticsFrom: ({ statistics }) => statistics,
  statistics: (given, { alpha }) => {
    const found = ridge(given, alpha)
    if (!found)
      throw new DataError(
        `ridge regression with alpha ${alpha} has no unique answer: the features lie in a plane of fewer than ${given.width} dimensions`,
        "give a larger alpha, such as 1",
      )
    const { W, b, center, classes } = found
    return {
      W: { shape: [given.width, classes], data: W },
      b: { shape: [classes], data: b },
      center: { shape: [given.width], data: center },
    }
  },
  scores: (phi, { W, b, center }) => add(matmul(sub(phi, center), W), b),
})
