/**
 * The examples that are nearest to centres of k-means on frozen features of a class, or of a whole task, so that what is kept stands
 * for all of it: with clusters C_1 .. C_k,
 *
 *     min_C Σ_j Σ_{x in C_j} || φ(x) - μ_j ||² ,   μ_j the mean of C_j;     p_j = argmin_{x in C_j} || φ(x) - μ_j ||
 *
 * of some starts the one with the least sum. IDBR (Huang et al. 2021) chooses a task's memory so, on the trained model's [CLS];
 * here features are those of the frozen backbone, so that every row has the same memory. Texts that are alike are kept once:
 * where fewer than k differ, fewer are kept.
 */
import {
  defineMemory,
  type FeatureRows,
  keptByClass,
  keptExamples,
  keptSizes,
  kMeans,
  notBoth,
  optional,
  PositiveInt,
  Schema,
} from "../../src/plugin/index.ts"

const settings = Schema.Struct({ ...keptSizes, starts: optional(PositiveInt, 10, "of which the best is taken") })

export default defineMemory({
  name: "k_means",
  summary: "The examples nearest to centres of k-means on frozen features of each class, or of each task (as IDBR)",
  equation: "p_j = argmin_{x in C_j} || phi(x) - mu_j ||,  C = argmin sum_j sum_{x in C_j} || phi(x) - mu_j ||^2",
  reference: "as IDBR (NAACL 2021, arXiv 2104.05489; SALT-NLP/IDBR, on trained features of a task) chooses its memory",
  checked: "scikit-learn: the examples nearest to its centres; seeds, copies",
  options: settings.check(notBoth<typeof settings.Type>("per_class", "per_task")),
  reads: "frozen_mean",
  classes: keptByClass,
  draw: ({ labels, features }, options, random) =>
    keptExamples(labels, options, (own, count) => {
      const phi = own.map((i) => row(features!, i))
      const different = new Set(phi.map((x) => x.join())).size
      return kMeans(phi, Math.min(count, different), options.starts, random).nearest.map((i) => own[i])
    }),
})

const row = ({ data, width }: FeatureRows, i: number) => data.subarray(i * width, (i + 1) * width)
