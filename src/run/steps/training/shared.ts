/**
 * A training strategy at a stage: one shared module, or every weight of the backbone, with a joint head.
 *   where it starts  ->  its texts, replayed ones among them  ->  its loss, minimised  ->  what it leaves to the next stage
 */
import type { Artifact, Json, StoredArray } from "../../../plan/step.ts"
import { randomStream } from "../../../plugin/index.ts"
import type { Perform, Work } from "../../work.ts"
import { minimise } from "./minimise.ts"
import { drawsAt, withBeside } from "./strategy/draws.ts"
import { restoreColumns } from "./strategy/joint_head.ts"
import { strategyObjective } from "./strategy/objective.ts"
import { type Prepared, prepare } from "./strategy/prepared.ts"
import { projection } from "./strategy/projection.ts"
import { leftBy } from "./strategy/stage_end.ts"
import { describedModel, groupsOf, valuesOf } from "./strategy/trained.ts"

export const shared: Perform = async (work) => {
  const prepared = await prepare(work)
  const { options, start, carried, to, atRest } = prepared
  await train(work, prepared)
  const left = await leftBy(work, { ...to, ...atRest }, options, carried)
  return {
    json: describedModel(prepared) as unknown as Json,
    arrays: {
      ...Object.fromEntries(start.arrays),
      ...left,
      ...to.recorded?.arrays,
      ...to.reflected?.arrays,
    } as Record<string, StoredArray>,
  } satisfies Artifact
}

/** The numbers of the start are changed in place. */
const train = async (work: Work, prepared: Prepared): Promise<void> => {
  const { options, frozen, to } = prepared
  const { strategy, start, texts } = to
  const { strategy: given, train, name, stage, seed } = options
  const { bodyAfter = Number.POSITIVE_INFINITY } = frozen
  const values = valuesOf(prepared)
  const began = new Map([...values].map(([one, data]) => [one, one.startsWith("head/") ? data.slice() : data]))
  const draws = texts.draws > 0 ? drawsAt(texts, strategy.replays!(given.options), options) : undefined
  const projected = draws && strategy.gradients ? await projection(work, to, draws) : undefined
  const objective = strategyObjective(to)
  const joins = (batch: Int32Array, at: number): Int32Array =>
    withBeside(Int32Array.of(...batch, ...(draws && !projected ? draws(at) : [])), texts)
  try {
    await minimise(work, objective, {
      values,
      ...groupsOf(prepared),
      train,
      of: `"${strategy.name}" at stage ${stage + 1}`,
      stream: (purpose) => randomStream(seed, purpose, name, stage),
      ...((draws && !projected) || texts.samples || texts.variants > 0 ? { joined: joins } : {}),
      ...(projected ? { projected } : {}),
      ...(Number.isFinite(bodyAfter) ? { frozen: (one, epoch) => epoch >= bodyAfter && !one.startsWith("head/") } : {}),
    })
  } finally {
    await projected?.release()
  }
  if (to.kept.length > 0) restoreColumns(values, began, start.get("head/b")!.data.length, to.kept)
}
