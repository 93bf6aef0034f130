/** The examples on which a router is fitted, with the features that it reads from outside the forward pass. */
import type { Fit, HostTensor, Routing } from "../../../plugin/index.ts"
import type { Work } from "../../work.ts"
import { answeredIn, classCount, labelledIn, offsetsOf, type Remembered, remembered } from "../given.ts"
import { outsideOfMemory } from "../query.ts"

export interface FitExamples extends Remembered {
  /** 1 for those of the newest task, 0 for the others. */
  readonly newest: Float32Array
  /** Rows of the router's query, where it is one from outside. */
  readonly outside?: HostTensor
}

/** Of the tasks seen so far, as the fit says: what is remembered, everything, or the newest task beside what is remembered of the others. */
export const fitExamples = (work: Work, routing: Routing, { on = "memory" }: Fit, seed: number): FitExamples => {
  const tokens = work.inputs("tokens")
  const tasks = tokens.length
  const chosen =
    on === "memory"
      ? remembered(tokens, work.inputs("memories"))
      : on === "train"
        ? ofTraining(work, () => true)
        : joined(
            without(remembered(tokens, work.inputs("memories")), tasks - 1),
            ofTraining(work, (task) => task === tasks - 1),
          )
  const outside = outsideOfMemory(work, routing, chosen, seed)
  return {
    ...chosen,
    newest: Float32Array.from(chosen.task, (task) => (task === tasks - 1 ? 1 : 0)),
    ...(outside ? { outside } : {}),
  }
}

/** All training examples of some tasks. */
export const ofTraining = (work: Work, wanted: (task: number) => boolean): Remembered => {
  const tokens = work.inputs("tokens")
  const { offsets } = offsetsOf(tokens.map(classCount))
  const parts = tokens.flatMap((artifact, t): Remembered[] => {
    if (!wanted(t)) return []
    const { texts, labels } = labelledIn(artifact, "train")
    return [
      {
        texts,
        labels: labels.map((label) => offsets[t] + label),
        task: new Int32Array(texts.length).fill(t),
        index: Int32Array.from(texts, (_, i) => i),
        answers: artifact.arrays["train/answers/ids"] ? answeredIn(artifact, "train").answers : [],
      },
    ]
  })
  return parts.reduce(joined)
}

const joined = (a: Remembered, b: Remembered): Remembered => ({
  texts: [...a.texts, ...b.texts],
  labels: Int32Array.from([...a.labels, ...b.labels]),
  task: Int32Array.from([...a.task, ...b.task]),
  index: Int32Array.from([...a.index, ...b.index]),
  answers: [...a.answers, ...b.answers],
})

const without = ({ texts, labels, task, index, answers }: Remembered, left: number): Remembered => {
  const stays = Array.from(task, (t) => t !== left)
  const of = (all: Int32Array) => all.filter((_, i) => stays[i])
  return {
    texts: texts.filter((_, i) => stays[i]),
    labels: of(labels),
    task: of(task),
    index: of(index),
    answers: answers.filter((_, i) => stays[i]),
  }
}
