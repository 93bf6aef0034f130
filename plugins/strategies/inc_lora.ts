/**
 * Incremental LoRA: each task t gets a module of its own, and those of all earlier tasks are frozen and at work beside it. With
 * low-rank modules,
 *   y = x W + s sum_{i <= t} (x A_i) B_i,   A_t and B_t alone are trained,
 * in training and at test time. Nothing keeps the newest from disturbing the others: it is O-LoRA without orthogonality. Other
 * adapters that change what leaves a layer add up likewise.
 */
import { defineStrategy, NoOptions } from "../../src/plugin/index.ts"

export default defineStrategy({
  name: "inc_lora",
  summary: "Incremental LoRA: a module for each task, earlier ones frozen and added to it",
  equation: "y = x W + s sum_{i <= t} (x A_i) B_i,  A_t and B_t trained",
  reference: "the baseline of O-LoRA (Wang et al. 2023, arXiv 2310.14152)",
  checked: "PyTorch by the formula: parameters after three tasks; earlier modules keep their bytes; the kit",
  options: NoOptions,
  trains: "adapter",
  visits: "one_by_one",
  grows: () => "sum",
})
