/**
 * Who may see what. R[i][j] is measured with the modules, heads, memory and classes of tasks <= i only, and a router sees test examples
 * that carry neither task nor label: these are joined to the predictions afterwards.
 */
import { type Draws, shuffled } from "./draws.ts"

/** Joined class ids. A class is (task, label); with shared labels, a label. */
export interface Classes {
  /** By class id; the task is the first that has the class. */
  readonly all: readonly { readonly task: number; readonly label: string }[]
  /** [task][label of the task] -> class id. */
  readonly ofTask: readonly Int32Array[]
  /** Number of classes of tasks <= i, by stage: at stage i the class ids 0..upTo[i]-1 exist. */
  readonly upTo: Int32Array
}

/** Class ids in the order of arrival: task by task, label by label. */
export function joinClasses(labels: readonly (readonly string[])[], shared = false): Classes {
  const all: { task: number; label: string }[] = []
  const known = new Map<string, number>()
  const upTo = new Int32Array(labels.length)
  const ofTask = labels.map((ofOne, task) => {
    const ids = Int32Array.from(ofOne, (label) => {
      const old = shared ? known.get(label) : undefined
      if (old !== undefined) return old
      known.set(label, all.length)
      return all.push({ task, label }) - 1
    })
    upTo[task] = all.length
    return ids
  })
  return { all, ofTask, upTo }
}

/** What may be used after learning tasks 0..stage. */
export interface Visible {
  readonly tasks: number
  readonly classes: number
}

export function visibleAt(stage: number, classes: Classes): Visible {
  return { tasks: stage + 1, classes: classes.upTo[stage] }
}

/** A test example as a router gets it. */
export interface Blind {
  /** Place in the mixed order, and nothing else. */
  readonly id: number
  readonly text: string
}

/** What is joined to the predictions afterwards, by the same id. */
export interface Answer {
  readonly task: number
  readonly class: number
}

export interface MixedTest {
  readonly blind: readonly Blind[]
  readonly answers: readonly Answer[]
  /** From the id to the place in the given list. */
  readonly order: Int32Array
}

/** Mixes the test examples of all tasks and parts what a router may see from what it must not. */
export function mixTest(examples: readonly (Answer & { readonly text: string })[], random: Draws): MixedTest {
  const order = shuffled(examples.length, random)
  return {
    blind: Array.from(order, (from, id) => ({ id, text: examples[from].text })),
    answers: Array.from(order, (from) => ({ task: examples[from].task, class: examples[from].class })),
    order,
  }
}

/** Ids that are evaluated at a stage: test examples of the tasks seen so far, in the mixed order. The caller must not show the tasks to a router. */
export function evaluatedAt(stage: number, answers: readonly Answer[]): Int32Array {
  return Int32Array.from(answers.flatMap(({ task }, id) => (task <= stage ? [id] : [])))
}
