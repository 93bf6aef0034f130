/**
 * Weighted F1: of each class the harmonic mean of precision and recall, weighted by the class's test examples. Where classes
 * are of unequal size it is the usual measure beside accuracy (AfriSenti, Muhammad et al. 2023).
 */
import type { MetricDefinition } from "./definition.ts"

export const weightedF1Definition: MetricDefinition = {
  name: "weighted_f1",
  version: 1,
  unit: "percent",
  formula:
    "F1(j) = Σ_c (n_c / n) · 2 TP_c / (n_c + predicted_c), over the classes c of task j and its test examples; (1/T) Σ_j F1(j)",
  reference: 'van Rijsbergen 1979; scikit-learn\'s f1_score(average="weighted")',
}

/** What is counted of a class, each as a share of the test examples: those that are of it, predicted as it, and both. */
export const COUNTS = 3

/** In [0, 1], of [class][is, predicted, both]; a class that no example has weighs nothing. */
export function weightedF1(counts: ArrayLike<number>, from = 0, to = counts.length): number {
  let sum = 0
  let examples = 0
  for (let k = from; k < to; k += COUNTS) {
    const [is, predicted, both] = [counts[k], counts[k + 1], counts[k + 2]]
    examples += is
    if (both > 0) sum += (is * 2 * both) / (is + predicted)
  }
  return examples > 0 ? sum / examples : 0
}
