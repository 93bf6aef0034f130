/** One stage of a row where texts are answered in words: what was written, what it scores, and which module each text went to. */
import { exactMatch, majority, modulesOf, rougeL, type Stage } from "../../../learning/index.ts"
import type { Artifact } from "../../../plan/step.ts"
import { moduleOfIn } from "../evaluation/evaluated.ts"
import { gatesIn } from "../scores/gates.ts"
import type { RowPlan } from "../scores/row_plan.ts"
import { writtenIn } from "./picked.ts"

interface Score {
  /** Percent. */
  readonly rougeL: number
  readonly exactMatch: number
}

/** What a text scores as the answer to a test example: the best of its references counts, for each measure by itself. */
export type Scorer = (example: number, text: string) => Score

/** Rows write much alike, so what was scored once is kept. */
export const scorer = (references: readonly (readonly string[])[]): Scorer => {
  const known = references.map(() => new Map<string, Score>())
  return (example, text) => {
    const before = known[example].get(text)
    if (before) return before
    const right = references[example]
    const score = {
      rougeL: 100 * Math.max(...right.map((reference) => rougeL(text, reference))),
      exactMatch: right.some((reference) => exactMatch(text, reference)) ? 100 : 0,
    }
    known[example].set(text, score)
    return score
  }
}

export const writtenStage = (
  evaluation: Artifact,
  index: number,
  indices: Int32Array,
  tasks: readonly string[],
  { granularity }: RowPlan,
  score: Scorer,
): Stage => {
  const { written: texts, unfinished } = writtenIn(evaluation)
  const moduleOf = moduleOfIn(evaluation)
  const gates = gatesIn(evaluation, modulesOf(tasks.slice(0, index + 1), moduleOf), granularity)
  const scores = Array.from(indices, (example, row) => score(example, texts[row]))
  const chosen = evaluation.arrays.chosen
    ? [...(evaluation.arrays.chosen.data as Int32Array)]
    : gates
      ? gates.mean.map((units) => majority(units))
      : texts.map(() => -1)
  return {
    index,
    ...(moduleOf ? { moduleOf } : {}),
    predictions: {
      example: [...indices],
      classIncremental: [],
      taskIncremental: [],
      chosen,
      written: {
        texts,
        rougeL: scores.map((one) => one.rougeL),
        exactMatch: scores.map((one) => one.exactMatch),
        unfinished,
      },
    },
    ...(gates ? { gates } : {}),
  }
}
