/** What ends a training, with its place and what to do. */
import { Diverged } from "../../model/optimise.ts"
import { OutOfMemory } from "../../plugin/index.ts"
import { StepError } from "../work.ts"

/** A training that diverged, or needed more memory than there is, is an error with a place and a remedy. */
export const located = (error: unknown, where: string, learningRate: number): unknown => {
  if (error instanceof OutOfMemory)
    return new StepError(
      `${where}: ${error.message} (learning rate ${learningRate})`,
      `${error.help}; what was finished is in the store, and the same command goes on from there`,
    )
  if (!(error instanceof Diverged)) return error
  if (error.atOnce)
    return new StepError(
      `${where}: ${error.message}, before anything was learnt`,
      "look at the weights of the backbone, at what the adapter, the router or the strategy computes, and at the texts of this task: no learning rate changes this",
    )
  return new StepError(
    `${where}: ${error.message} (learning rate ${learningRate})`,
    "lower learning_rate, or look at the texts of this task; what was finished is in the store",
  )
}
