/** The training loop of modules and of shared models: an objective, as a `train` block says. */
import { withGradients } from "../../../model/gradients.ts"
import type { Halfway } from "../../../model/halfway.ts"
import { type Optimisation, optimise } from "../../../model/optimise.ts"
import type { ParameterGroup } from "../../../model/optimiser.ts"
import type { TrainOptions } from "../../../plan/rows/cell.ts"
import type { RandomStream } from "../../../plugin/index.ts"
import type { Work } from "../../work.ts"
import { located } from "../located.ts"
import type { BestEpoch } from "./best_epoch.ts"
import type { Objective } from "./objective.ts"
import { loopOptions } from "./train_block.ts"

export interface Minimising
  extends Pick<Optimisation, "joined" | "projected" | "frozen" | "inTurn" | "beforeUpdate" | "afterUpdate"> {
  /** What is trained, by name: changed in place. */
  readonly values: Map<string, Float32Array>
  readonly groups: readonly ParameterGroup[]
  readonly train: TrainOptions
  /** Steps in all; absent: those of the epochs of `train`. */
  readonly steps?: number
  readonly rate: number
  /** What is trained, for errors. */
  readonly of: string
  /** Orders of batches, noise. */
  readonly stream: (purpose: "batches" | "noise") => RandomStream
  /** What is kept of a training that is stopped, besides its own numbers. */
  readonly keeps?: Halfway["more"]
  /** Keeps the epoch that is best on validation examples. */
  readonly best?: () => Promise<BestEpoch>
}

/** The loss of each step. */
export const minimise = async (
  work: Work,
  { loss, examples, feeds, fewShapes, parts }: Objective,
  { values, groups, train, steps, rate, of, stream, keeps, best: opened, ...more }: Minimising,
): Promise<Float64Array> => {
  const program = withGradients(loss, [...values.keys()])
  const session = await (await work.engine()).compile(program, { fewShapes })
  const best = await opened?.()
  const besides = best?.halfway ?? keeps
  try {
    const losses = await optimise({
      session,
      program,
      values,
      groups,
      examples,
      feeds,
      ...(parts ? { parts: parts(values) } : {}),
      ...more,
      ...loopOptions(train),
      ...(steps === undefined ? {} : { steps }),
      order: stream("batches"),
      noise: stream("noise"),
      onStep: (step, total, epoch, value) =>
        work.progress(
          (step + 1) / total,
          `${steps === undefined ? `epoch ${epoch + 1}/${train.epochs}` : `step ${step + 1}/${total}`} loss ${value.toFixed(3)}`,
        ),
      ...(best ? { afterEpoch: best.look } : {}),
      halfway: { ...work.halfway, ...(besides ? { more: besides } : {}) },
    })
    best?.restore()
    return losses
  } catch (error) {
    throw located(error, of, rate)
  } finally {
    await session.release()
    await best?.release()
  }
}
