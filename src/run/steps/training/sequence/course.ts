/**
 * A strategy along the texts of all tasks as one sequence, without boundaries (task-free; Aljundi et al. 2019, arXiv 1812.03596): one
 * training, in which batches, the memory, the optimiser and the schedule go over from task to task as if there were none. Each batch
 * is followed `epochs` times before the next one comes. What is kept where tasks end is looked at afterwards, and changes nothing.
 */
import { whyBoundaries } from "../../../../plan/needs_boundaries.ts"
import type { Artifact, Json, StoredArray } from "../../../../plan/step.ts"
import { randomStream, type Strategy } from "../../../../plugin/index.ts"
import { type Perform, StepError, type Work } from "../../../work.ts"
import { minimise } from "../minimise.ts"
import { drawsAt } from "../strategy/draws.ts"
import { strategyObjective } from "../strategy/objective.ts"
import { type Prepared, prepare } from "../strategy/prepared.ts"
import { projection } from "../strategy/projection.ts"
import { describedModel, groupsOf, valuesOf } from "../strategy/trained.ts"
import type { CourseOptions } from "./course_options.ts"
import { inPassing } from "./in_passing.ts"
import { momentsOf, snapshots } from "./moments.ts"
import { type Along, alongSequence } from "./texts.ts"

/** Arrays "after/<task>/<name>": the model where each task had come, with what it had met and what was remembered. */
export const course: Perform = async (work) => {
  const options = work.options as unknown as CourseOptions
  const strategy = await work.plugin<Strategy>("strategy", options.strategy.plugin, options.strategy.from)
  const why = whyBoundaries(strategy, options.strategy.options)
  if (why !== undefined)
    throw new StepError(
      `the strategy "${strategy.name}" must be told where a task ends: ${why}`,
      "leave `boundaries: unknown` out of the stream, or take another strategy",
    )
  const along = await alongSequence(work, options, strategy.replays?.(options.strategy.options))
  const prepared = await prepare(work, along.texts)
  const arrays = await train(work, prepared, along)
  return { json: describedModel(prepared) as unknown as Json, arrays } satisfies Artifact
}

const train = async (work: Work, prepared: Prepared, along: Along): Promise<Readonly<Record<string, StoredArray>>> => {
  const { options, atRest, start } = prepared
  const { strategy } = prepared.to
  const { strategy: given, train: block, name, seed } = options
  const values = valuesOf(prepared)
  const recording = strategy.records ? await inPassing(work, { ...prepared.to, ...atRest }, along, values) : undefined
  const to = { ...prepared.to, ...(recording ? { recorded: recording.recorded } : {}) }
  const replays = strategy.replays?.(given.options)
  const stepOf = (at: number) => (strategy.gradients ? at : Math.floor(at / block.accumulate))
  const draws = replays && drawsAt(along.texts, replays, options, (at) => along.keptBefore(stepOf(at)))
  const projected = draws && strategy.gradients ? await projection(work, to, draws) : undefined
  const moments = momentsOf(along, block)
  const taken = snapshots(start.arrays, values, moments)
  try {
    await minimise(work, strategyObjective(to), {
      values,
      ...groupsOf(prepared),
      train: block,
      of: `"${strategy.name}"`,
      stream: (purpose) => randomStream(seed, purpose, name, 0),
      inTurn: true,
      ...(recording ? { beforeUpdate: recording.before } : {}),
      afterUpdate: taken.after,
      keeps: {
        take: () => ({ ...taken.halfway.take(), ...recording?.halfway.take() }),
        give: (snapshot) => {
          taken.halfway.give(snapshot)
          recording?.halfway.give(snapshot)
        },
      },
      ...(draws && !projected ? { joined: (batch, at) => Int32Array.of(...batch, ...draws(at)) } : {}),
      ...(projected ? { projected } : {}),
    })
  } finally {
    await projected?.release()
    await recording?.release()
  }
  return taken.arrays((texts) => ({ ...along.met(texts), ...recording?.arrays(along.kept(texts)) }))
}
