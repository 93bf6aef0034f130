/** Steps of a strategy along a sequence without boundaries: one training over all texts, and its model where each task ended. */
import type { Sequence } from "../../../dsl/spec.ts"
import { seconds } from "../estimates.ts"
import { optionsFor, type SequenceOptions } from "../options/step_options.ts"
import type { Json } from "../step.ts"
import { drawsOf, type PlannedStrategy, sharesLabels } from "./strategy_stage.ts"

/** Nobody knows in training where tasks end: the step is one, however many of its models are evaluated. */
export const planCourse = (row: PlannedStrategy, { blur }: Sequence): string => {
  const { builder, stream, strategy, adapter, train, core, memory, seed } = row
  const { plugin, chosen } = strategy
  const everything = plugin.trains === "everything"
  const sequence: SequenceOptions = { tasks: stream.tasks, blur, ...(memory ? { memory: memory.of.chosen } : {}) }
  const reads = memory?.takes(stream.tasks.length - 1) ?? []
  const features = plugin.pool ? stream.trainFeatures : reads
  return builder.add({
    kind: "course",
    label: `${row.name} · along the texts of all tasks · ${row.at}`,
    options: {
      backbone: stream.backbone,
      strategy: chosen,
      ...(adapter ? { adapter: adapter.chosen } : {}),
      train,
      name: drawsOf(plugin),
      stage: 0,
      seed,
      visits: stream.tasks.map((_, t) => t),
      ...(memory ? { replayed: core.replayed === "batch" ? train.batch : core.replayed } : {}),
      ...sharesLabels(stream),
      ...(stream.answers ? { head: "text" } : {}),
      sequence,
    } as unknown as Json,
    inputs: { tokens: stream.tokens, previous: [], ...(features.length > 0 ? { features } : {}) },
    code: [...row.code, strategy.code, ...(memory ? [memory.of.code] : [])],
    seconds:
      ((seconds.module * train.epochs) / 3) *
      stream.tasks.length *
      (everything ? 2 : 1) *
      (1 + (plugin.replays?.(chosen.options).draws ?? 0)),
    bytes: (everything ? 1.4e7 : 3e5) * stream.tasks.length,
    whole: everything,
  })
}

export const planMoment = ({ builder, stream, name, at, strategy }: PlannedStrategy, stage: number, course: string) =>
  builder.add({
    ...optionsFor("moment", { stage }),
    label: `${name} · where ${stream.tasks[stage]} had come · ${at}`,
    inputs: { course },
    seconds: seconds.mixed,
    bytes: strategy.plugin.trains === "everything" ? 1.4e7 : 3e5,
  })
