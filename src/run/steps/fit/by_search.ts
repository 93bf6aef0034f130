/** A router's parameters, searched without gradients: the loss over all examples is computed for each candidate. */
import { chunksByLength, type Feeds } from "../../../model/batch.ts"
import { search } from "../../../model/search.ts"
import type { StoredArray } from "../../../plan/step.ts"
import { program, randomStream, type Search } from "../../../plugin/index.ts"
import { StepError, type Work } from "../../work.ts"
import type { FitExamples } from "./examples.ts"
import type { FitObjective } from "./objective.ts"
import type { FitParameters } from "./parameters.ts"

export interface BySearch {
  readonly objective: FitObjective
  readonly parameters: FitParameters
  readonly examples: FitExamples
  readonly by: Search
  readonly seed: number
  readonly name: string
}

/** All parameters are one vector; the loss of a candidate is the mean over the examples, chunk by chunk. */
export const bySearch = async (
  work: Work,
  { objective, parameters, examples, by, seed, name }: BySearch,
): Promise<Record<string, StoredArray>> => {
  const session = await (await work.engine()).compile(program({ loss: objective.loss }))
  const chunks = chunksByLength(examples.texts, 64).map((batch) => ({
    size: batch.length,
    feeds: objective.feeds(batch),
  }))
  const lossAt = async (x: Float32Array): Promise<number> => {
    const own = feedsOf(parameters, x)
    let total = 0
    for (const { size, feeds } of chunks) {
      const { loss } = await session.run({ ...feeds, ...own })
      total += size * Number(loss.data[0])
    }
    return total / examples.texts.length
  }
  try {
    const { best, least } = await search({
      start: Float32Array.from([...parameters.start.values()].flatMap(({ data }) => Array.from(data as Float32Array))),
      value: lossAt,
      evaluations: by.evaluations,
      bound: by.bound,
      random: randomStream(seed, "router search", name),
      onEvaluation: (done, loss) =>
        work.progress(done / by.evaluations, `evaluation ${done}/${by.evaluations} loss ${loss.toFixed(3)}`),
    })
    if (!Number.isFinite(least))
      throw new StepError(
        `router "${name}": the loss was no finite number at any of ${by.evaluations} candidates`,
        "look at the weights of the modules and the backbone, at what the router computes, and at the texts of the memory",
      )
    const feeds = feedsOf(parameters, best)
    return parameters.settled(new Map(Object.entries(feeds).map(([key, { data }]) => [key, data as Float32Array])))
  } finally {
    await session.release()
  }
}

const feedsOf = ({ start }: FitParameters, x: Float32Array): Feeds => {
  let at = 0
  return Object.fromEntries(
    [...start].map(([key, { shape, data }]) => [key, { shape, data: x.slice(at, (at += data.length)) }]),
  )
}
