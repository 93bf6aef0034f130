/** All metrics, each with its named and versioned definition. */
import { anytimeAccuracyDefinition } from "./anytime_accuracy.ts"
import { averageAccuracyDefinition } from "./average_accuracy.ts"
import { backwardTransferDefinition } from "./backward_transfer.ts"
import type { MetricDefinition } from "./definition.ts"
import { bernoulliEntropyDefinition, normalisedEntropyDefinition } from "./entropy.ts"
import { exactMatchDefinition } from "./exact_match.ts"
import { forgettingDefinition } from "./forgetting.ts"
import { forwardTransferDefinition } from "./forward_transfer.ts"
import { learningAccuracyDefinition } from "./learning_accuracy.ts"
import { oracleGapDefinition } from "./oracle_gap.ts"
import { rightMassDefinition } from "./right_mass.ts"
import { rougeLDefinition } from "./rouge_l.ts"
import { routerAccuracyDefinition } from "./router_accuracy.ts"
import { mutualInformationDefinition, utilisationDefinition } from "./utilisation.ts"
import { weightedF1Definition } from "./weighted_f1.ts"

export * from "./anytime_accuracy.ts"
export * from "./average_accuracy.ts"
export * from "./backward_transfer.ts"
export * from "./definition.ts"
export * from "./entropy.ts"
export * from "./exact_match.ts"
export * from "./forgetting.ts"
export * from "./forward_transfer.ts"
export * from "./learning_accuracy.ts"
export * from "./oracle_gap.ts"
export * from "./porter_stem.ts"
export * from "./right_mass.ts"
export * from "./rouge_l.ts"
export * from "./router_accuracy.ts"
export * from "./shares.ts"
export * from "./utilisation.ts"
export * from "./weighted_f1.ts"

/** In the order in which a report explains them. */
export const METRICS: readonly MetricDefinition[] = [
  averageAccuracyDefinition,
  weightedF1Definition,
  rougeLDefinition,
  exactMatchDefinition,
  anytimeAccuracyDefinition,
  forgettingDefinition,
  backwardTransferDefinition,
  forwardTransferDefinition,
  learningAccuracyDefinition,
  routerAccuracyDefinition,
  rightMassDefinition,
  normalisedEntropyDefinition,
  bernoulliEntropyDefinition,
  utilisationDefinition,
  mutualInformationDefinition,
  oracleGapDefinition,
]
