/** The rows of BENCHMARKS.md: what runs on our side, what on the other, and the ratio that we aim at. */
import { WRITTEN } from "./decoder.ts"
import type { Job } from "./job.ts"

export interface Row {
  readonly name: string
  readonly goal: number
  readonly unit: "step" | "pass"
  /** Units in one turn. */
  readonly times: number
  readonly job: Omit<Job, "model" | "threads" | "texts"> & { readonly texts: "short" | "long" | "stories" | "prompts" }
  /** By default the encoder. */
  readonly on?: "decoder"
  /** New tokens of a pass, for a rate beside its time. */
  readonly tokens?: number
  /** `ours`: the same engine with another job; `jax`: an export of the model, in jax-js. */
  readonly peer:
    | { readonly kind: "pytorch"; readonly name: string; readonly grouped?: boolean }
    | { readonly kind: "ours"; readonly name: string; readonly job: Partial<Job> }
    | { readonly kind: "jax"; readonly name: string }
}

const LORA = { adapter: "lora", options: { rank: 8, alpha: 16 } } as const
const step = { what: "step", pooling: "mean", batch: 32, classes: 5, texts: "short" } as const
const long = { ...step, batch: 8, texts: "long" } as const
const story = { what: "causal", pooling: "mean", batch: 8, classes: 0 } as const
const PADDED = { kind: "pytorch", name: "PyTorch + PEFT, padded to the longest of the batch" } as const

export const rows: readonly Row[] = [
  {
    name: "LoRA step, short texts in random order",
    goal: 0.5,
    unit: "step",
    times: 8,
    job: { ...step, ...LORA },
    peer: PADDED,
  },
  {
    name: "LoRA step, short texts",
    goal: 0.8,
    unit: "step",
    times: 8,
    job: { ...step, ...LORA },
    peer: { kind: "pytorch", name: "PyTorch + PEFT, length-grouped batches", grouped: true },
  },
  {
    name: "LoRA step, 8 x 128 tokens, masked mean",
    goal: 0.95,
    unit: "step",
    times: 4,
    job: { ...long, ...LORA },
    peer: PADDED,
  },
  {
    name: "LoRA step, 8 x 128 tokens, [CLS]",
    goal: 0.85,
    unit: "step",
    times: 4,
    job: { ...long, ...LORA, pooling: "cls" },
    peer: PADDED,
  },
  {
    name: "LoRA step, 8 x 128 tokens, [CLS], frozen backbone in int8",
    goal: 0.6,
    unit: "step",
    times: 4,
    job: { ...long, ...LORA, pooling: "cls", weights: "int8" },
    peer: PADDED,
  },
  {
    name: "Bottleneck step, 8 x 128 tokens",
    goal: 0.8,
    unit: "step",
    times: 4,
    job: { ...long, adapter: "bottleneck", options: { reduction: 16 } },
    peer: { kind: "pytorch", name: "PyTorch, padded" },
  },
  {
    name: "(IA)3 step, 8 x 128 tokens",
    goal: 0.8,
    unit: "step",
    times: 4,
    job: { ...long, adapter: "ia3", options: {} },
    peer: PADDED,
  },
  {
    name: "Prefix step, 8 x 128 tokens",
    goal: 0.8,
    unit: "step",
    times: 4,
    job: { ...long, adapter: "prefix", options: { length: 10 } },
    peer: { kind: "pytorch", name: "PyTorch, padded" },
  },
  {
    name: "Evaluation of 512 short texts",
    goal: 0.5,
    unit: "pass",
    times: 1,
    job: { ...step, ...LORA, what: "evaluation", batch: 64 },
    peer: { kind: "pytorch", name: "PyTorch + PEFT, padded" },
  },
  {
    name: "Evaluation of 512 short texts, frozen backbone in int8",
    goal: 0.25,
    unit: "pass",
    times: 1,
    job: { ...step, ...LORA, what: "evaluation", batch: 64, weights: "int8" },
    peer: { kind: "pytorch", name: "PyTorch + PEFT in float32, padded" },
  },
  {
    name: "L2R over 16 LoRA modules, gates per example",
    goal: 1.25,
    unit: "pass",
    times: 1,
    job: { ...step, ...LORA, what: "routed", batch: 64, modules: 16 },
    peer: { kind: "ours", name: "one module", job: { what: "evaluation" } },
  },
  {
    name: "L2R over 64 LoRA modules, gates per example",
    goal: 1.7,
    unit: "pass",
    times: 1,
    job: { ...step, ...LORA, what: "routed", batch: 64, modules: 64 },
    peer: { kind: "ours", name: "one module", job: { what: "evaluation" } },
  },
  {
    name: "Evaluation of 512 short texts, against onnxruntime by itself",
    goal: 1,
    unit: "pass",
    times: 1,
    job: { ...step, ...LORA, what: "evaluation", batch: 64 },
    peer: { kind: "ours", name: "onnxruntime on the exported model without adapters, padded", job: { what: "plain" } },
  },
  {
    name: "Evaluation of 64 texts of 128 tokens, in JavaScript",
    goal: 1,
    unit: "pass",
    times: 1,
    job: { ...step, ...LORA, what: "evaluation", batch: 8, texts: "long" },
    peer: { kind: "jax", name: "@jax-js/onnx on the exported model without adapters, compiled" },
  },
  {
    name: "LoRA step of causal language modelling, stories260k, 8 x 128 tokens",
    goal: 0.6,
    unit: "step",
    times: 20,
    on: "decoder",
    job: { ...story, ...LORA, texts: "stories" },
    peer: { kind: "pytorch", name: "PyTorch + PEFT" },
  },
  {
    name: "Generation, stories260k with LoRA, 8 texts of 64 new tokens",
    goal: 0.6,
    unit: "pass",
    times: 2,
    on: "decoder",
    tokens: 8 * WRITTEN,
    job: { ...story, ...LORA, what: "generation", texts: "prompts" },
    peer: { kind: "pytorch", name: "PyTorch + PEFT" },
  },
]
