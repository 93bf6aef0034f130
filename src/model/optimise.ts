/**
 * The training loop: random batches, one program run for each, and an update of the parameters on typed arrays after
 * every batch, or after several whose gradients are accumulated. A pure function of its arguments.
 */

import { OutOfMemory, type TokenIds } from "../plugin/index.ts"
import { nameOf, type RandomStream } from "../tensor/index.ts"
import { Adafactor } from "./adafactor.ts"
import { AdamW } from "./adamw.ts"
import { type Feeds, packed } from "./batch.ts"
import { type Differentiation, gradientsOf, parameterFeeds } from "./differentiate.ts"
import { clipped } from "./gradient_clipping.ts"
import { type Halfway, restored, snapshot } from "./halfway.ts"
import type { Optimiser, ParameterGroup } from "./optimiser.ts"
import { type Schedule, scheduleFactor } from "./schedule.ts"

export type OptimiserName = "adamw" | "adafactor"

export interface Optimisation extends Differentiation {
  /** Changed in place. */
  readonly values: ReadonlyMap<string, Float32Array>
  readonly examples: number
  readonly epochs: number
  /** Updates in all, whatever the epochs say. */
  readonly steps?: number
  /** Most length of all gradients together; by default they stay as they are. */
  readonly clip?: number
  /** By default "adamw". */
  readonly optimiser?: OptimiserName
  /** Parameters that are not updated in an epoch; by default none. */
  readonly frozen?: (name: string, epoch: number) => boolean
  readonly schedule: Schedule
  /** Share of all steps. */
  readonly warmUp: number
  /** Shuffles the examples anew in each epoch. */
  readonly order: RandomStream
  /** Examples come in the order in which they stand, and each update is made `epochs` times before the next ones come. */
  readonly inTurn?: boolean
  readonly beforeUpdate?: (step: number) => Promise<void>
  readonly afterUpdate?: (step: number) => void
  readonly onStep?: (step: number, total: number, epoch: number, loss: number) => void
  readonly afterEpoch?: (epoch: number) => Promise<void>
  /** Where a training that was killed goes on, to the same bytes. */
  readonly halfway?: Halfway
}

/** The loss or a gradient stopped being finite. */
export class Diverged extends Error {
  override readonly name = "Diverged"
  readonly step: number
  /** Before any parameter was changed. */
  readonly atOnce: boolean
  constructor(step: number, total: number, what: string, atOnce = false) {
    super(`${what} is not finite at step ${step + 1} of ${total}`)
    this.step = step
    this.atOnce = atOnce
  }
}

/** Rejects again, with the step where memory ended. */
const atStep =
  (step: number, total: number) =>
  (error: unknown): never => {
    throw error instanceof OutOfMemory ? new OutOfMemory(`${error.message} at step ${step + 1} of ${total}`) : error
  }

/** Runs all epochs; returns the loss of every step, which is an update: the mean over its examples. */
export const optimise = async (o: Optimisation): Promise<Float64Array> => {
  const optimiser = optimiserFor(o)
  const perUpdate = o.batch * (o.accumulate ?? 1)
  const perEpoch = Math.ceil(o.examples / perUpdate)
  const total = o.steps ?? perEpoch * o.epochs
  const warmUpSteps = Math.round(total * o.warmUp)
  const losses = new Float64Array(total)
  const parameters = parameterFeeds(o.program, o.values)
  const all = Array.from({ length: o.examples }, (_, i) => i)
  const begun = restored(o, optimiser, losses)
  let saved = performance.now()
  for (let epoch = Math.floor(begun / perEpoch), step = begun; step < total; epoch++) {
    const before = o.order.state()
    const order = o.inTurn ? all : o.order.shuffle(all)
    for (let k = step - epoch * perEpoch; k < perEpoch && step < total; k++, step++) {
      if (o.halfway && step > begun && performance.now() - saved >= o.halfway.every) {
        o.halfway.write(snapshot(o, optimiser, losses, step, before))
        saved = performance.now()
      }
      const at = o.inTurn ? Math.floor(step / o.epochs) : k
      await o.beforeUpdate?.(step)
      const update = gradientsOf(o, order.slice(at * perUpdate, (at + 1) * perUpdate), parameters, step)
      const { loss, gradients } = await update.catch(atStep(step, total))
      if (!Number.isFinite(loss)) throw new Diverged(step, total, "the loss", step === 0)
      losses[step] = loss
      const used = o.clip === undefined ? gradients : clipped(gradients, o.clip)
      optimiser.step(
        o.frozen ? withoutFrozen(o.groups, (name) => o.frozen!(name, epoch)) : o.groups,
        o.values,
        (name) => used.get(name) as Float32Array,
        scheduleFactor(o.schedule, warmUpSteps, step, total),
      )
      o.afterUpdate?.(step)
      o.onStep?.(step, total, epoch, loss)
    }
    for (const [name, value] of o.values)
      if (!value.every(Number.isFinite)) throw new Diverged(step - 1, total, `the parameter ${name}`)
    await o.afterEpoch?.(epoch)
  }
  return losses
}

const optimiserFor = ({ optimiser, program, values }: Optimisation): Optimiser => {
  if (optimiser !== "adafactor") return new AdamW()
  const shapes = program.parameters.map((tensor) => [nameOf(tensor), tensor.shape as readonly number[]] as const)
  return new Adafactor(new Map(shapes.filter(([name]) => values.has(name))))
}

const withoutFrozen = (groups: readonly ParameterGroup[], frozen: (name: string) => boolean) =>
  groups.map((group) => ({ ...group, names: group.names.filter((name) => !frozen(name)) }))

/** Feeds of the texts of a batch with their labels. */
export const textFeeds = (texts: readonly TokenIds[], labels: Int32Array, batch: Int32Array): Feeds => ({
  ...packed(Array.from(batch, (i) => texts[i])),
  labels: { shape: [batch.length], data: Int32Array.from(batch, (i) => labels[i]) },
})
