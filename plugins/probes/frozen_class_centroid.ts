/** No modules at all: a text is given the nearest class mean of its features under the frozen backbone. */
import { add, defineProbe, linearScores, matmul, optional, Schema, sub, words } from "../../src/plugin/index.ts"

export default defineProbe({
  name: "frozen_class_centroid",
  summary: "Control without modules: the nearest class mean of frozen features",
  equation: "c = argmin_c (phi - mu_c)^T P (phi - mu_c)",
  checked: "SciPy by the formula, on random features",
  options: Schema.Struct({
    statistics: optional(
      words("memory", "train"),
      "train",
      "where the statistics come from: the memory, or all training data",
    ),
    features: optional(words("mean", "cls"), "mean", "pooling of the frozen features"),
  }),
  query: ({ features }) => (features === "cls" ? "frozen_cls" : "frozen_mean"),
  statisticsFrom: ({ statistics }) => statistics,
  statistics: (given) => {
    const { V, c, center, width, groups } = linearScores(given, "class_centroid", 0)
    return {
      V: { shape: [width, groups], data: V },
      c: { shape: [groups], data: c },
      center: { shape: [width], data: center },
    }
  },
  scores: (phi, { V, c, center }) => add(matmul(sub(phi, center), V), c),
})
