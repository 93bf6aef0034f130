/** What each prediction of a stage counts, from 0 to 1: 1 where the class is right, 0 where it is wrong; or the score of what was written. */
import type { Cell, Setup, Stage } from "./results.ts"

/** In the order of `predictions.example`. Throws where the stage has no answers, or no classes, of that set-up. */
export function credits(stage: Stage, examples: Cell["examples"], setup: Setup): Float64Array {
  const { example, classIncremental, taskIncremental, written } = stage.predictions
  if (setup === "rouge_l" || setup === "exact_match") {
    if (written === undefined) throw new Error(`a stage without written answers has no ${setup}`)
    return Float64Array.from(setup === "rouge_l" ? written.rougeL : written.exactMatch, (percent) => percent / 100)
  }
  if (written !== undefined) throw new Error(`written answers have no classes, and so no ${setup} accuracy`)
  const predicted = setup === "class_incremental" ? classIncremental : taskIncremental
  return Float64Array.from(example, (id, k) => (predicted[k] === examples[id].class ? 1 : 0))
}
