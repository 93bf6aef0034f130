/** A router's parameters, trained by the gradient of what its fit minimises, together with the joined heads where they are refitted. */
import { withGradients } from "../../../model/gradients.ts"
import { optimise } from "../../../model/optimise.ts"
import type { Fitting } from "../../../plan/options/step_options.ts"
import type { StoredArray } from "../../../plan/step.ts"
import { randomStream } from "../../../plugin/index.ts"
import type { Work } from "../../work.ts"
import { located } from "../located.ts"
import type { FitObjective } from "./objective.ts"
import type { FitParameters } from "./parameters.ts"

export interface ByGradient {
  readonly objective: FitObjective
  readonly parameters: FitParameters
  readonly examples: number
  readonly fitting: Fitting
  readonly seed: number
  /** Of the plugin: its random streams bear it, and errors name it. */
  readonly name: string
}

export const byGradient = async (
  work: Work,
  { objective, parameters, examples, fitting, seed, name }: ByGradient,
): Promise<Record<string, StoredArray>> => {
  const { heads } = objective
  const own = [...parameters.start.keys()]
  const values = new Map<string, Float32Array>(
    [...parameters.start, ...heads].map(([key, { data }]) => [key, Float32Array.from(data as Float32Array)]),
  )
  const training = withGradients(objective.loss, [...values.keys()])
  const session = await (await work.engine()).compile(training)
  try {
    await optimise({
      session,
      program: training,
      values,
      groups: [
        { names: own, learningRate: fitting.learning_rate, weightDecay: 0.01 },
        { names: [...heads.keys()], learningRate: fitting.head_learning_rate, weightDecay: 0.01 },
      ],
      examples,
      feeds: objective.feeds,
      epochs: fitting.epochs,
      batch: fitting.batch,
      schedule: "linear",
      warmUp: 0,
      order: randomStream(seed, "router batches", name),
      noise: randomStream(seed, "router noise", name),
      halfway: work.halfway,
      onStep: (step, total, epoch, value) =>
        work.progress((step + 1) / total, `epoch ${epoch + 1}/${fitting.epochs} loss ${value.toFixed(3)}`),
    })
  } catch (error) {
    throw located(error, `router "${name}"`, fitting.learning_rate)
  } finally {
    await session.release()
  }
  return {
    ...parameters.settled(values),
    ...Object.fromEntries([...heads].map(([key, { shape }]) => [key, { shape, data: values.get(key)! }])),
  }
}
