/** Steps and rows of what stands beside the routers: training strategies with one shared module, and probes of the frozen backbone. */
import type { Adapter, Probe, Strategy } from "../../plugin/index.ts"
import type { StepBuilder } from "../builder.ts"
import type { Resolved } from "../chosen.ts"
import { seconds } from "../estimates.ts"
import type { PlannedMemory } from "../memories.ts"
import { optionsFor } from "../options/step_options.ts"
import type { Json } from "../step.ts"
import type { PlannedStream } from "../stream.ts"
import type { PlannedModules, TrainOptions } from "./cell.ts"
import type { Evaluated, PlannedRow } from "./row.ts"

export interface StrategyRow {
  readonly name: string
  readonly strategy: Resolved<Strategy>
  readonly train: TrainOptions
}

export const planStrategy = (
  builder: StepBuilder,
  stream: PlannedStream,
  modules: PlannedModules,
  { name, strategy, train }: StrategyRow,
  stages: readonly number[],
): PlannedRow => {
  const { plugin, chosen } = strategy
  const known = {
    name,
    plugin: plugin.name,
    kind: "bound",
    head: stream.answers ? "none" : "joint",
    source: "train",
    how: "shared",
    knowsTask: false,
    seed: modules.seed,
    granularity: "example",
  } as const
  // What trains everything has no adapter: its steps are the same for every library.
  const adapter: Resolved<Adapter> | undefined = plugin.trains === "everything" ? undefined : modules.only
  if (plugin.trains === "adapter" && !adapter)
    return {
      ...known,
      stages: [],
      fits: [],
      charged: [],
      notDefined: `${plugin.name} trains one shared module; this library mixes adapters`,
    }
  const at = adapter ? `${modules.name} · seed ${modules.seed}` : `seed ${modules.seed}`
  const byLabel = stream.scenario === "domain_incremental" ? { scenario: stream.scenario } : {}
  const oneByOne = plugin.visits === "one_by_one"
  const shared: string[] = []
  const visited = oneByOne ? stream.tasks.map((_, t) => t).filter((t) => t <= stages.at(-1)!) : stages
  for (const stage of visited)
    shared[stage] = builder.add({
      kind: "shared",
      label: `${name} · after ${stream.tasks[stage]} · ${at}`,
      options: {
        backbone: stream.backbone,
        strategy: chosen,
        ...(adapter ? { adapter: adapter.chosen } : {}),
        train,
        name: plugin.name,
        stage,
        seed: modules.seed,
        visits: stream.tasks.flatMap((_, t) => ((oneByOne ? t === stage : t <= stage) ? [t] : [])),
        ...byLabel,
        ...(stream.answers ? { head: "text" } : {}),
      } as unknown as Json,
      inputs: { tokens: stream.tokens, previous: oneByOne && stage > 0 ? [shared[stage - 1]] : [] },
      code: [stream.code, ...(adapter ? [adapter.code] : []), strategy.code],
      seconds:
        ((seconds.module * train.epochs) / 3) * (oneByOne ? 1 : stage + 1) * (plugin.trains === "everything" ? 2 : 1),
      bytes: plugin.trains === "everything" ? 1.4e7 : 3e5,
      whole: plugin.trains === "everything",
    })
  const evaluated = stages.map((stage): Evaluated => {
    const charges = oneByOne ? shared.slice(0, stage + 1) : [shared[stage]]
    if (stream.answers) {
      const { backbone, answers } = stream
      const evaluation = builder.add({
        ...optionsFor("write", { what: "shared", backbone, answers, seed: modules.seed, stage }),
        label: `answers under ${name} · after ${stream.tasks[stage]} · ${at}`,
        inputs: { shared: shared[stage], blind: stream.blind },
        code: [stream.code, ...(adapter ? [adapter.code] : [])],
        seconds: (seconds.write * (stage + 1)) / 5,
        bytes: 2e5,
      })
      return { stage, evaluation, fits: [shared[stage]], charged: charges }
    }
    const encoded = builder.add({
      kind: "encode",
      label: `test set under ${name} · after ${stream.tasks[stage]} · ${at}`,
      options: { what: "shared", backbone: stream.backbone, seed: modules.seed, stage } as unknown as Json,
      inputs: { shared: shared[stage], blind: stream.blind },
      code: [stream.code, ...(adapter ? [adapter.code] : [])],
      seconds: (seconds.encode * (stage + 1)) / 5,
      bytes: 2e6,
    })
    const evaluation = builder.add({
      kind: "evaluate",
      label: `evaluate ${name} · after ${stream.tasks[stage]} · ${at}`,
      options: { how: "shared", stage, seed: modules.seed, ...byLabel } as Json,
      inputs: { encoded, shared: shared[stage], tokens: stream.tokens.slice(0, stage + 1) },
      seconds: seconds.evaluate,
      bytes: 3e5,
    })
    return {
      stage,
      evaluation,
      fits: [shared[stage]],
      charged: charges,
    }
  })
  const last = evaluated.at(-1)
  return { ...known, stages: evaluated, fits: last?.fits ?? [], charged: last?.charged ?? [] }
}

export interface ProbeRow {
  readonly name: string
  readonly probe: Resolved<Probe>
  readonly memory: PlannedMemory
}

export const planProbe = (
  builder: StepBuilder,
  stream: PlannedStream,
  seed: number,
  { name, probe, memory }: ProbeRow,
  stages: readonly number[],
): PlannedRow => {
  const { plugin, chosen, code } = probe
  const source = plugin.statisticsFrom(chosen.options)
  const evaluated = stages.map((stage): Evaluated => {
    const upTo = (keys: readonly string[]) => keys.slice(0, stage + 1)
    const features = upTo(stream.trainFeatures)
    const fit = builder.add({
      kind: "fit",
      label: `statistics of ${name} · after ${stream.tasks[stage]}${source === "memory" ? ` · seed ${seed}` : ""}`,
      options: { probe: chosen } as unknown as Json,
      inputs: { tokens: upTo(stream.tokens), features, ...(source === "memory" ? { memories: memory.at(stage) } : {}) },
      code: [code],
      seconds: 0.3,
      bytes: 1e5,
    })
    const evaluation = builder.add({
      kind: "evaluate",
      label: `evaluate ${name} · after ${stream.tasks[stage]}${source === "memory" ? ` · seed ${seed}` : ""}`,
      options: { how: "probe", probe: chosen, stage, seed: source === "memory" ? seed : 0 } as unknown as Json,
      inputs: { fit, features: stream.testFeatures, blind: stream.blind, tokens: upTo(stream.tokens) },
      code: [code],
      seconds: seconds.evaluate,
      bytes: 3e5,
    })
    return { stage, evaluation, fits: [fit], charged: [fit, ...features] }
  })
  const last = evaluated.at(-1)
  return {
    name,
    plugin: plugin.name,
    kind: "bound",
    head: "none",
    source,
    ...(source === "memory" && memory.dependsOnOrder ? { dependsOnOrder: true as const } : {}),
    how: "none",
    knowsTask: false,
    seed,
    granularity: "example",
    stages: evaluated,
    fits: last?.fits ?? [],
    charged: last?.charged ?? [],
  }
}
