/** Steps and rows of probes, classifiers on features of the frozen backbone: fitted at every stage, evaluated on the mixed test set. */
import type { Probe } from "../../plugin/index.ts"
import type { StepBuilder } from "../builder.ts"
import type { Resolved } from "../chosen.ts"
import { seconds } from "../estimates.ts"
import { lookingAhead } from "../looking_ahead.ts"
import type { PlannedMemory } from "../memories.ts"
import { memoryText } from "../memory_text.ts"
import type { Json } from "../step.ts"
import type { PlannedStream } from "../stream.ts"
import type { Evaluated, PlannedRow } from "./row.ts"

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
      options: {
        how: "probe",
        probe: chosen,
        stage,
        seed: source === "memory" ? seed : 0,
        ...lookingAhead(stream, stage),
      } as unknown as Json,
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
    ...(source === "memory" ? { memory: memoryText(memory.of) } : {}),
    how: "none",
    knowsTask: false,
    seed,
    granularity: "example",
    stages: evaluated,
    fits: last?.fits ?? [],
    charged: last?.charged ?? [],
  }
}
