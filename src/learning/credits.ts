/** What each prediction of a stage counts, from 0 to 1: 1 where the class is right, 0 where it is wrong; or the score of what was written. */
import type { Cell, Setup, Stage } from "./results.ts"

/** In the order of `predictions.example`. Throws where the stage has no answers, or no classes, of that set-up. */
export function credits(stage: Stage, examples: Cell["examples"], setup: Setup): Float64Array {
  const { example, written } = stage.predictions
  if (setup === "rouge_l" || setup === "exact_match") {
    if (written === undefined) throw new Error(`a stage without written answers has no ${setup}`)
    return Float64Array.from(setup === "rouge_l" ? written.rougeL : written.exactMatch, (percent) => percent / 100)
  }
  const classes = predicted(stage, setup)
  return Float64Array.from(example, (id, k) => (classes[k] === examples[id].class ? 1 : 0))
}

/** The class ids that a stage predicts under a set-up of classes; where tasks share their labels, each is that of the example's own task with the same label. */
export function predicted({ predictions }: Stage, setup: Setup): readonly number[] {
  if (predictions.written !== undefined) throw new Error(`written answers have no classes, and so no ${setup} accuracy`)
  return setup === "class_incremental" ? predictions.classIncremental : predictions.taskIncremental
}
