/**
 * Similarity routing on features of the frozen backbone, without training:
 *   score_k(x) = -1/2 (phi - mu_k)^T P (phi - mu_k),   gates over tasks from the best score among a task's classes (or its own)
 * with centroids (P = I; DAM, Cheng et al. 2024) or Gaussians with one shared, shrunk covariance (P = Sigma_s^-1; EPI, Wang et al. 2023: class_gaussian, shrinkage 0).
 * `select` takes the nearest task's module and its own head; `softmax` composes with softmax(score / temperature).
 */
import {
  add,
  defineRouter,
  Fraction,
  type HostTensor,
  linearScores,
  matmul,
  max,
  optional,
  PositiveNumber,
  Schema,
  scale,
  softmax,
  sub,
  words,
} from "../../src/plugin/index.ts"

const FAR = -1e30

export default defineRouter({
  name: "similarity",
  summary:
    "The module whose task's statistics are nearest in frozen feature space (EPI, Wang et al. 2023; DAM, Cheng et al. 2024)",
  equation: "k = argmin_k min_c (phi - mu_kc)^T Sigma_s^-1 (phi - mu_kc)",
  reference: "ACL 2023 (EPI), arXiv 2403.08755 (DAM)",
  checked: "SciPy by the formula (EPI's rule), on random features; the planted library",
  options: Schema.Struct({
    statistic: optional(
      words("task_centroid", "class_centroid", "task_gaussian", "class_gaussian"),
      "class_gaussian",
      "what stands for a task: its mean or its classes' means, with or without a shared covariance",
    ),
    shrinkage: optional(
      Fraction,
      0.1,
      "s of the shrunk covariance (1-s) Sigma + s tr(Sigma)/d I; 0 is EPI's pseudo-inverse",
    ),
    combine: optional(
      words("select", "softmax"),
      "select",
      "one module with its own head, or all weighted by a softmax over scores",
    ),
    temperature: optional(PositiveNumber, 1, "of the softmax"),
    statistics: optional(
      words("memory", "train"),
      "memory",
      "where the statistics come from: the memory, or all training data",
    ),
    features: optional(words("mean", "cls"), "mean", "pooling of the frozen features"),
  }),
  routing: ({ combine, features }) => ({
    query: features === "cls" ? "frozen_cls" : "frozen_mean",
    level: "model",
    granularity: "example",
    aggregate: combine === "select" ? "select" : "outputs",
  }),
  statisticsFrom: ({ statistics }) => statistics,
  classes: ({ statistic }) =>
    statistic.startsWith("class")
      ? {
          why: `its statistic is \`${statistic}\``,
          help: "write `statistic: task_gaussian` or `task_centroid`",
          option: "statistic",
        }
      : undefined,
  statistics: (given, { statistic, shrinkage }) => {
    const { V, c, center, width, groups, taskOf } = linearScores(given, statistic, shrinkage)
    const elsewhere = new Float32Array(given.tasks * groups).fill(FAR)
    taskOf.forEach((task, k) => {
      elsewhere[task * groups + k] = 0
    })
    const constants: Record<string, HostTensor> = {
      V: { shape: [width, groups], data: V },
      c: { shape: [groups], data: c },
      center: { shape: [width], data: center },
      elsewhere: { shape: [given.tasks, groups], data: elsewhere },
    }
    return constants
  },
  gates: (phi, { V, c, center, elsewhere }, { temperature }) => {
    const scores = add(matmul(sub(phi, center), V), c)
    return softmax(scale(max(add(scores, elsewhere), -1), 1 / temperature))
  },
})
