/** The one public contract: everything that the author of a plugin imports. */

export { classMeans, type Means, taskMeans } from "../learning/class_statistics.ts"
export { type FeatureStatistic, type LinearScores, linearScores } from "../learning/linear_scores.ts"
export { type Ridge, ridge } from "../learning/ridge.ts"
export * from "../tensor/index.ts"
export { readSafetensors, SafetensorsError, writeSafetensors } from "../tensor/safetensors.ts"
export * from "./activations.ts"
export * from "./adapter.ts"
export * from "./backbone.ts"
export * from "./backend.ts"
export { checkCharsmap } from "./charsmap.ts"
export {
  type CheckpointFolder,
  checkpointAt,
  checkpointFolder,
  checkUnpinned,
  folderDigest,
  isFile,
  readJson,
  readJsonObject,
} from "./checkpoint_folder.ts"
export { type Blueprint, checkpointReader, encoderOptions, type Family } from "./checkpoint_reader.ts"
export { checkFinite, type FiledTensor, readWeights, storedTensors } from "./checkpoint_weights.ts"
export * from "./composition.ts"
export { type ConfigFile, configFile } from "./config_file.ts"
export * from "./data.ts"
export * from "./define.ts"
export * from "./definition.ts"
export { type ExpertLosses, expertGates, expertLosses, expertScores } from "./expert_gate.ts"
export { largestMask, largestMasks, softmaxOfLargest, standardised } from "./gating.ts"
export * from "./grouping.ts"
export { hubFolder, isModelId, MAIN } from "./hub/index.ts"
export { type Clustering, kMeans } from "./k_means.ts"
export { keptByClass, keptExamples, keptSizes } from "./kept_examples.ts"
export { concatenated, product, truncated } from "./low_rank.ts"
export { assembled, type Part } from "./members.ts"
export * from "./memory.ts"
export * from "./options.ts"
export * from "./parameters.ts"
export type { PeftConfig, PeftForm, PeftTensor } from "./peft_form.ts"
export * from "./post_norm_block.ts"
export * from "./post_norm_encoder.ts"
export * from "./probe.ts"
export * from "./prompt_pool.ts"
export * from "./router.ts"
export * from "./router_fit.ts"
export * from "./shared_attention.ts"
export { elected, threshold, trimmed } from "./sign_election.ts"
export * from "./site.ts"
export * from "./strategy.ts"
export * from "./strategy_step.ts"
export * from "./task_vectors.ts"
export type { AdapterPlace, RouterPlace } from "./taxonomy.ts"
export * from "./tokenizing.ts"
export * from "./transfer.ts"
export { type TransformerShape, transformerSites } from "./transformer_sites.ts"
export * from "./weight_sources.ts"
