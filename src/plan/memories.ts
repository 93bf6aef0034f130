/** Steps of a memory: one for each task where it chooses from each apart, or samples of it are written; one for each stage where it chooses along the stream. */
import type { Memory } from "../plugin/index.ts"
import type { StepBuilder } from "./builder.ts"
import type { Resolved } from "./chosen.ts"
import { seconds } from "./estimates.ts"
import { type PlannedSamples, planSamples, type Writers } from "./generated.ts"
import { optionsFor } from "./options/step_options.ts"
import type { PlannedStream } from "./stream.ts"

export interface PlannedMemory {
  readonly of: Resolved<Memory>
  /** It chooses along the stream: in another order of the tasks it holds other examples. */
  readonly dependsOnOrder: boolean
  /** Steps that say what is kept of the tasks seen at a stage. They come into the plan where they are asked for. */
  readonly at: (stage: number) => readonly string[]
  /** What it takes of these tasks besides: features that it reads; who writes its samples, and what was written. */
  readonly takes: (stage: number) => readonly string[]
  /** Of one whose samples are written. */
  readonly samples?: PlannedSamples
}

/** For one seed and one order of the tasks. */
export const planMemory = (
  builder: StepBuilder,
  of: Resolved<Memory>,
  stream: PlannedStream,
  seed: number,
  writers: Writers,
): PlannedMemory => {
  const { plugin, chosen, code } = of
  const { tasks, tokens } = stream
  const reads = (stage: number) => (plugin.reads ? stream.trainFeatures.slice(0, stage + 1) : [])
  const step = (label: string, options: Parameters<typeof optionsFor<"memory">>[1], first: number, last: number) => {
    const features = reads(last).slice(first)
    return builder.add({
      ...optionsFor("memory", options),
      label: `${label} · seed ${seed}`,
      inputs: { tokens: tokens.slice(first, last + 1), ...(features.length > 0 ? { features } : {}) },
      code: [code],
      seconds: seconds.mixed,
      bytes: 1e4,
    })
  }
  const seen = (stage: number) => tasks.slice(0, stage + 1)
  if (plugin.generates) {
    const samples = planSamples(builder, of, stream, seed, writers)
    const apart = (stage: number) => seen(stage).map((_, t) => samples.apart(t))
    return {
      of,
      dependsOnOrder: false,
      at: (stage) => apart(stage).map(({ written }) => written),
      takes: (stage) => apart(stage).flatMap(({ module, written }) => [module, written]),
      samples,
    }
  }
  return {
    of,
    dependsOnOrder: plugin.keep !== undefined,
    takes: reads,
    at: (stage) =>
      plugin.keep
        ? [step(`memory after ${tasks[stage]}`, { memory: chosen, tasks: seen(stage), seed }, 0, stage)]
        : seen(stage).map((task, t) => step(`memory of ${task}`, { memory: chosen, task, seed }, t, t)),
  }
}
