/** A small stream with its modules, as the artifacts that steps read: random texts, random modules. */

import { freshModule } from "../model/initial.ts"
import { initialsFor } from "../model/single.ts"
import type { Artifact, StoredArray } from "../plan/step.ts"
import { type Adapter, type Initial, type RandomStream, randomStream, type TokenIds } from "../plugin/index.ts"
import { storedTexts } from "../run/steps/given.ts"
import { toyTexts } from "./toy_network.ts"
import { type Bench, backbone, perform } from "./work.ts"

/** An adapter with its decoded options. */
export interface ToyAdapter {
  readonly adapter: Adapter
  readonly options: unknown
}

export interface ToyStream {
  readonly tokens: readonly Artifact[]
  readonly memories: readonly Artifact[]
  readonly modules: readonly Artifact[]
  /** Frozen features of each task's training texts. */
  readonly features: readonly Artifact[]
  readonly blind: Artifact
  readonly truth: Artifact
  /** Frozen features of the mixed test set. */
  readonly testFeatures: Artifact
}

const CLASSES = 2
const TRAINING = 8
const REMEMBERED = 4
const TESTED = 4

const whole = (values: readonly number[]): StoredArray => ({ shape: [values.length], data: Int32Array.from(values) })
const times = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i)

/** The mixed test set: texts with the stage at which each may be seen. */
export const blindOf = (texts: readonly TokenIds[], tasks: number): Artifact => ({
  json: {},
  arrays: {
    ...storedTexts("test", texts),
    ...Object.fromEntries(times(tasks).map((stage) => [`stage/${stage}`, whole(times(texts.length))])),
  },
})

export const truthOf = (task: readonly number[]): Artifact => ({
  json: {},
  arrays: { task: whole(task), class: whole(task.map((t) => t * CLASSES)) },
})

/** Random parameters, none of them small, and a random head. */
const moduleOf = (
  { adapter, options }: ToyAdapter,
  { network }: Bench,
  task: number,
  random: RandomStream,
): Artifact => {
  const array = ({ shape }: Pick<Initial, "shape">): StoredArray => ({
    shape,
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 0.6 * random.normal()),
  })
  const fresh = freshModule(network, adapter, options, () => random)
  return {
    json: { task: `task ${task}`, adapter: { plugin: adapter.name, options: options as never } },
    arrays: {
      ...Object.fromEntries(
        [...initialsFor(adapter, options, network.checkpoint.sites)].map(([name, initial]) => [
          name,
          initial.trained === false ? (fresh.get(name) as StoredArray) : array(initial),
        ]),
      ),
      "head/W": array({ shape: [network.checkpoint.width, CLASSES] }),
      "head/b": array({ shape: [CLASSES] }),
    },
  }
}

/** One task a module; the adapters take turns. */
export const toyStream = async (bench: Bench, adapters: readonly ToyAdapter[], tasks = 3): Promise<ToyStream> => {
  const random = randomStream(6, "toy stream")
  const tokens = times(tasks).map(
    (t): Artifact => ({
      json: { task: `task ${t}`, labels: times(CLASSES).map((c) => `class ${c}`) },
      arrays: {
        ...storedTexts("train", toyTexts(TRAINING, random)),
        "train/labels": whole(times(TRAINING).map((i) => i % CLASSES)),
      },
    }),
  )
  const texts = toyTexts(TESTED * tasks, random)
  const blind = blindOf(texts, tasks)
  return {
    tokens,
    memories: times(tasks).map(() => ({ json: {}, arrays: { indices: whole(times(REMEMBERED)) } })),
    modules: times(tasks).map((t) => moduleOf(adapters[t % adapters.length], bench, t, randomStream(7, "module", t))),
    features: await Promise.all(
      tokens.map((one) => perform(bench, "features", { backbone, split: "train" }, { texts: one })),
    ),
    blind,
    truth: truthOf(texts.map((_, i) => i % tasks)),
    testFeatures: await perform(bench, "features", { backbone, split: "test" }, { texts: blind }),
  }
}

/** The same stream with its tasks in another order; the test texts stay where they are. */
export const inOrder = (stream: ToyStream, order: readonly number[]): ToyStream => {
  const turn = <A>(all: readonly A[]): readonly A[] => order.map((t) => all[t])
  const task = Array.from(stream.truth.arrays.task.data, (t) => order.indexOf(t))
  return {
    ...stream,
    tokens: turn(stream.tokens),
    memories: turn(stream.memories),
    modules: turn(stream.modules),
    features: turn(stream.features),
    truth: truthOf(task),
  }
}
