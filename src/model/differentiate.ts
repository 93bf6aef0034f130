/** Loss and gradients of the examples of one update of a training loop: batch by batch, and part by part of a batch. */

import type { Session } from "../plugin/index.ts"
import { type HostTensor, nameOf, type Program, type RandomStream } from "../tensor/index.ts"
import type { Feeds } from "./batch.ts"
import { Accumulated } from "./gradient_accumulation.ts"
import type { ParameterGroup } from "./optimiser.ts"

export type Gradients = ReadonlyMap<string, Float32Array>

/** Gradients by parameter, given those of the examples of an update and those of other examples: none, where there are none. */
export interface Projected {
  readonly reference: (update: number) => Int32Array
  /** What the other examples are differentiated by, where it is another loss. */
  readonly by?: Pick<Differentiation, "session" | "program" | "feeds">
  readonly project: (own: Gradients, reference: Gradients) => Promise<Gradients>
}

export interface Differentiation {
  readonly session: Session
  /** Outputs "loss" and "gradient/<name>" of each parameter. */
  readonly program: Program
  readonly groups: readonly ParameterGroup[]
  /** What joins a batch of examples: the whole, whose places from `examples` on are others. `at` counts the batches. By default nothing. */
  readonly joined?: (batch: Int32Array, at: number) => Int32Array
  /** Feeds of a part of a whole batch, labels included; parameters and noise are added here. */
  readonly feeds: (part: Int32Array, whole: Int32Array) => Feeds
  /** A batch in the parts that are computed at once, where the loss is a mean over examples; by default it is one. */
  readonly parts?: (whole: Int32Array) => readonly Int32Array[]
  readonly batch: number
  /** Batches to an update; by default 1. */
  readonly accumulate?: number
  /** Changes the gradients of an update, before they are clipped. */
  readonly projected?: Projected
  readonly noise: RandomStream
}

/** Of one update, after what changes its gradients. */
export const gradientsOf = async (
  o: Differentiation,
  examples: readonly number[],
  parameters: Feeds,
  step: number,
): Promise<{ readonly loss: number; readonly gradients: Gradients }> => {
  const own = await differentiated(o, examples, parameters, step)
  const reference = o.projected?.reference(step) ?? []
  if (!o.projected || reference.length === 0) return own
  const other = await differentiated({ ...o, ...o.projected.by, joined: undefined }, [...reference], parameters, step)
  return { loss: own.loss, gradients: await o.projected.project(own.gradients, other.gradients) }
}

/** Loss and gradients of the examples of one update, batch by batch and part by part. */
const differentiated = async (
  o: Differentiation,
  examples: readonly number[],
  parameters: Feeds,
  step: number,
): Promise<{ readonly loss: number; readonly gradients: Gradients }> => {
  const sum = new Accumulated(examples.length)
  for (let from = 0; from < examples.length; from += o.batch) {
    const batch = Int32Array.from(examples.slice(from, from + o.batch))
    const whole = o.joined?.(batch, step * (o.accumulate ?? 1) + from / o.batch) ?? batch
    for (const part of o.parts?.(whole) ?? [whole]) {
      const feeds = { ...o.feeds(part, whole), ...parameters }
      const outputs = await o.session.run({ ...feeds, ...noiseFeeds(o.program, feeds, o.noise) })
      const gradients = o.groups.flatMap(({ names }) =>
        names.map((name) => [name, outputs[`gradient/${name}`].data as Float32Array] as const),
      )
      sum.add(Number(outputs.loss.data[0]), gradients, (batch.length * part.length) / whole.length)
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
