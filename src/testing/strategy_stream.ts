/** A training strategy on a toy stream by the steps of a run: trained stage by stage, then the mixed test set under its model. */
import type { Artifact } from "../plan/step.ts"
import type { Adapter, Strategy } from "../plugin/index.ts"
import { toyBench } from "./router_bench.ts"
import { type Bench, backbone, perform, workOf } from "./work.ts"
import { type TrainingStream, writingBench } from "./writing_stream.ts"

export interface StrategySetting {
  readonly strategy: Strategy
  readonly options: unknown
  /** The adapter whose modules it trains, with its options; by default LoRA. */
  readonly adapter?: { readonly plugin: Adapter; readonly options: unknown }
}

export const TRAIN = {
  epochs: 2,
  batch: 3,
  accumulate: 1,
  learning_rate: 0.01,
  head_learning_rate: 0.05,
  optimiser: "adamw",
  weight_decay: 0.01,
  decayed: "all",
  clip: "none",
  label_smoothing: 0,
  schedule: "linear",
  warm_up: 0,
  initialisation: "own",
  early_stop: "none",
  earlier: "absent",
}

/** Texts of a draw. */
const REPLAYED = 3

/** The adapter whose modules are trained. */
export const LORA = { plugin: "lora", options: { rank: 2, alpha: 2, dropout: 0, targets: ["query", "value"] } }

/** A bench that knows the plugins of the setting, and the toy stream. */
export const strategyBench = async ({ strategy, adapter }: StrategySetting) => {
  const { bench, stream } = await toyBench(strategy)
  return { bench: { ...bench, plugins: [strategy, ...(adapter ? [adapter.plugin] : [])] }, stream }
}

/** It replays what its own model has written: it is trained where texts are answered in words. */
export const writesItself = ({ strategy, options }: StrategySetting): boolean =>
  strategy.replays?.(options).from === "itself"

/** The bench on which a strategy is trained, and the stream: of classes, or of texts that are answered in words. */
export const trainingBench = async (
  setting: StrategySetting,
): Promise<{ readonly bench: Bench; readonly stream: TrainingStream }> => {
  if (!writesItself(setting)) return strategyBench(setting)
  const { bench, stream } = await writingBench()
  const { strategy, adapter } = setting
  return { bench: { ...bench, plugins: [strategy, ...(adapter ? [adapter.plugin] : [])] }, stream }
}

/** What the plan says of a stage. */
export const stepOf = ({ strategy, options, adapter }: StrategySetting, stage: number, train: object) => ({
  backbone,
  strategy: { plugin: strategy.name, options },
  ...(strategy.trains === "adapter" ? { adapter: adapter ? { ...adapter, plugin: adapter.plugin.name } : LORA } : {}),
  train: { ...TRAIN, ...train },
  name: "sequential",
  stage,
  seed: 1,
  replayed: REPLAYED,
  ...(writesItself({ strategy, options }) ? { head: "text" } : {}),
  visits: strategy.visits === "one_by_one" ? [stage] : Array.from({ length: stage + 1 }, (_, t) => t),
})

const inputsOf = (
  { strategy }: StrategySetting,
  { tokens, memories, features, samples }: TrainingStream,
  stage: number,
  before?: Artifact,
) => ({
  tokens,
  previous: before && strategy.visits === "one_by_one" ? [before] : [],
  memories: memories.slice(0, stage),
  ...(samples ? { samples: [samples[stage]] } : {}),
  ...(strategy.pool ? { features: features.slice(0, stage + 1) } : {}),
})

/** One stage. */
export const trainedAt = (
  bench: Bench,
  setting: StrategySetting,
  stream: TrainingStream,
  stage: number,
  before?: Artifact,
  train: object = {},
): Promise<Artifact> =>
  perform(bench, "shared", stepOf(setting, stage, train), inputsOf(setting, stream, stage, before))

/** What a stage sees, before it is trained. */
export const workAt = (
  bench: Bench,
  setting: StrategySetting,
  stream: TrainingStream,
  stage: number,
  before?: Artifact,
) => workOf(bench, stepOf(setting, stage, {}), inputsOf(setting, stream, stage, before))

/** All stages up to one. */
export const trainedTo = async (
  bench: Bench,
  setting: StrategySetting,
  stream: TrainingStream,
  stage: number,
  train: object = {},
): Promise<readonly Artifact[]> => {
  const stages: Artifact[] = []
  for (let t = 0; t <= stage; t++) stages.push(await trainedAt(bench, setting, stream, t, stages.at(-1), train))
  return stages
}
