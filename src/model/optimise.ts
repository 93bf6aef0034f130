/**
 * The training loop: random batches, one program run for each, and an update of the parameters on typed arrays after
 * every batch, or after several whose gradients are accumulated. A pure function of its arguments.
 */

import { OutOfMemory, type Session, type TokenIds } from "../plugin/index.ts"
import type { HostTensor, Program, RandomStream, Tensor } from "../tensor/index.ts"
import { Adafactor } from "./adafactor.ts"
import { AdamW } from "./adamw.ts"
import { type Feeds, packed } from "./batch.ts"
import { Accumulated } from "./gradient_accumulation.ts"
import { clipped } from "./gradient_clipping.ts"
import { type Halfway, restored, snapshot } from "./halfway.ts"
import type { Optimiser, ParameterGroup } from "./optimiser.ts"
import { type Schedule, scheduleFactor } from "./schedule.ts"

export type OptimiserName = "adamw" | "adafactor"

export interface Optimisation {
  readonly session: Session
  /** Outputs "loss" and "gradient/<name>" of each parameter. */
  readonly program: Program
  readonly groups: readonly ParameterGroup[]
  /** Changed in place. */
  readonly values: ReadonlyMap<string, Float32Array>
  readonly examples: number
  /** Feeds of a batch, labels included; parameters and noise are added here. */
  readonly feeds: (batch: Int32Array) => Feeds
  /** A batch in the parts that are computed at once, where the loss is a mean over examples; by default it is one. */
  readonly parts?: (batch: Int32Array) => readonly Int32Array[]
  readonly epochs: number
  readonly batch: number
  /** Batches to an update; by default 1. */
  readonly accumulate?: number
  /** Most length of all gradients together; by default they stay as they are. */
  readonly clip?: number
  /** By default "adamw". */
  readonly optimiser?: OptimiserName
  readonly schedule: Schedule
  /** Share of all steps. */
  readonly warmUp: number
  /** Shuffles the examples anew in each epoch. */
  readonly order: RandomStream
  readonly noise: RandomStream
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
  const total = perEpoch * o.epochs
  const warmUpSteps = Math.round(total * o.warmUp)
  const losses = new Float64Array(total)
  const parameters = parameterFeeds(o.program, o.values)
  const all = Array.from({ length: o.examples }, (_, i) => i)
  const begun = restored(o, optimiser, losses)
  let saved = performance.now()
  for (let epoch = Math.floor(begun / perEpoch), step = begun; epoch < o.epochs; epoch++) {
    const before = o.order.state()
    const order = o.order.shuffle(all)
    for (let k = step - epoch * perEpoch; k < perEpoch; k++, step++) {
      if (o.halfway && step > begun && performance.now() - saved >= o.halfway.every) {
        o.halfway.write(snapshot(o, optimiser, losses, step, before))
        saved = performance.now()
      }
      const update = differentiated(o, order.slice(k * perUpdate, (k + 1) * perUpdate), parameters)
      const { loss, gradients } = await update.catch(atStep(step, total))
      if (!Number.isFinite(loss)) throw new Diverged(step, total, "the loss", step === 0)
      losses[step] = loss
      const used = o.clip === undefined ? gradients : clipped(gradients, o.clip)
      optimiser.step(
        o.groups,
        o.values,
        (name) => used.get(name) as Float32Array,
        scheduleFactor(o.schedule, warmUpSteps, step, total),
      )
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

/** Loss and gradients of the examples of one update, batch by batch and part by part. */
const differentiated = async (
  o: Optimisation,
  examples: readonly number[],
  parameters: Feeds,
): Promise<{ readonly loss: number; readonly gradients: ReadonlyMap<string, Float32Array> }> => {
  const sum = new Accumulated(examples.length)
  for (let from = 0; from < examples.length; from += o.batch) {
    const batch = Int32Array.from(examples.slice(from, from + o.batch))
    for (const part of o.parts?.(batch) ?? [batch]) {
      const feeds = { ...o.feeds(part), ...parameters }
      const outputs = await o.session.run({ ...feeds, ...noiseFeeds(o.program, feeds, o.noise) })
      const gradients = o.groups.flatMap(({ names }) =>
        names.map((name) => [name, outputs[`gradient/${name}`].data as Float32Array] as const),
      )
      sum.add(Number(outputs.loss.data[0]), gradients, part.length)
    }
  }
  return sum
}

export const parameterFeeds = (program: Program, values: ReadonlyMap<string, Float32Array>): Feeds =>
  Object.fromEntries(
    program.parameters.map((tensor) => {
      const name = nameOf(tensor)
      const data = values.get(name)
      if (!data) throw new Error(`no value for the parameter "${name}"`)
      return [name, { shape: tensor.shape as readonly number[], data }]
    }),
  )

/** Uniform noise of a step; symbolic sizes are those of the batch. */
const noiseFeeds = (program: Program, feeds: Feeds, random: RandomStream): Feeds => {
  const sizes: Readonly<Record<string, number>> = program.noise.length === 0 ? {} : sizesOf(program, feeds)
  return Object.fromEntries(
    program.noise.map((tensor): [string, HostTensor] => {
      const shape = tensor.shape.map((n) => (typeof n === "number" ? n : sizes[n]))
      const data = new Float32Array(shape.reduce((a, b) => a * b, 1))
      random.fillUniform(data)
      return [nameOf(tensor), { shape, data }]
    }),
  )
}

const sizesOf = (program: Program, feeds: Feeds): Record<string, number> => {
  const sizes: Record<string, number> = {}
  for (const tensor of program.inputs)
    tensor.shape.forEach((n, axis) => {
      if (typeof n === "string") sizes[n] = feeds[nameOf(tensor)].shape[axis]
    })
  return sizes
}

export const nameOf = (leaf: Tensor): string => leaf.attributes.name as string

/** Feeds of the texts of a batch with their labels. */
export const textFeeds = (texts: readonly TokenIds[], labels: Int32Array, batch: Int32Array): Feeds => ({
  ...packed(Array.from(batch, (i) => texts[i])),
  labels: { shape: [batch.length], data: Int32Array.from(batch, (i) => labels[i]) },
})
