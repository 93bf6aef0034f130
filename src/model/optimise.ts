/** The training loop: random batches, one program run a step, AdamW on typed arrays. A pure function of its arguments. */

import type { Session, TokenIds } from "../plugin/index.ts"
import type { HostTensor, Program, RandomStream, Tensor } from "../tensor/index.ts"
import { AdamW, type ParameterGroup, scheduleFactor } from "./adamw.ts"
import { type Feeds, packed } from "./batch.ts"
import { type Halfway, restored, snapshot } from "./halfway.ts"

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
  readonly epochs: number
  readonly batch: number
  readonly schedule: "linear" | "constant"
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

/** Runs all epochs; returns the loss of every step. */
export const optimise = async (o: Optimisation): Promise<Float64Array> => {
  const optimiser = new AdamW()
  const perEpoch = Math.ceil(o.examples / o.batch)
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
      const feeds = { ...o.feeds(Int32Array.from(order.slice(k * o.batch, (k + 1) * o.batch))), ...parameters }
      const outputs = await o.session.run({ ...feeds, ...noiseFeeds(o.program, feeds, o.noise) })
      const loss = Number(outputs.loss.data[0])
      if (!Number.isFinite(loss)) throw new Diverged(step, total, "the loss", step === 0)
      losses[step] = loss
      optimiser.step(
        o.groups,
        o.values,
        (name) => outputs[`gradient/${name}`].data as Float32Array,
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
