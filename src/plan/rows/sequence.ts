/** Steps of a strategy along a sequence without boundaries: one training over all texts, and its model where each task ended. */
import type { Sequence } from "../../../dsl/spec.ts"
import { seconds } from "../estimates.ts"
import { optionsFor, type SequenceOptions } from "../options/step_options.ts"
import type { Json } from "../step.ts"
import type { PlannedStrategy } from "./strategy_stage.ts"
import { type Trained, trainingStep } from "./strategy_training.ts"

/** Nobody knows in training where tasks end: the training is one step, however many of its models are evaluated. */
export const trainedAlong = (row: PlannedStrategy, sequence: Sequence, stages: readonly number[]): Trained => {
  const course = planCourse(row, sequence)
  const models: string[] = []
  for (const stage of stages) models[stage] = planMoment(row, stage, course)
  return { models, charged: () => [course] }
}

const planCourse = (row: PlannedStrategy, { blur }: Sequence): string => {
  const { builder, stream, strategy, memory } = row
  const { tasks } = stream
  const sequence: SequenceOptions = { tasks, blur, ...(memory ? { memory: memory.of.chosen } : {}) }
  const reads = memory?.takes(tasks.length - 1) ?? []
  const features = strategy.plugin.pool ? stream.trainFeatures : reads
  const visits = tasks.map((_, t) => t)
  const { options, bytes, ...step } = trainingStep(row, { stage: 0, visits, replays: memory !== undefined })
  return builder.add({
    kind: "course",
    label: `${row.name} · along the texts of all tasks · ${row.at}`,
    options: { ...options, sequence } as unknown as Json,
    inputs: { tokens: stream.tokens, previous: [], ...(features.length > 0 ? { features } : {}) },
    code: [...row.code, strategy.code, ...(memory ? [memory.of.code] : [])],
    bytes: bytes * tasks.length,
    ...step,
  })
}

const planMoment = ({ builder, stream, name, at, strategy }: PlannedStrategy, stage: number, course: string): string =>
  builder.add({
    ...optionsFor("moment", { stage }),
    label: `${name} · where ${stream.tasks[stage]} had come · ${at}`,
    inputs: { course },
    seconds: seconds.mixed,
    bytes: strategy.plugin.trains === "everything" ? 1.4e7 : 3e5,
  })
