/** Which training examples of a task are remembered. Each drawing gives indices in ascending order. */
import { below, chosen, type Draws } from "./draws.ts"

/** `labels` holds the class of each training example of one task; the draw depends on these and the stream of (seed, task) alone. */
export type Drawing<Options> = (labels: Int32Array, options: Options, random: Draws) => Int32Array

/** A uniform sample of each class, without repetition; the whole class where it is smaller. Classes in ascending order. */
export const perClass: Drawing<{ readonly count: number }> = (labels, { count }, random) => {
  const ofClass = new Map<number, number[]>()
  labels.forEach((label, i) => {
    const members = ofClass.get(label)
    if (members === undefined) ofClass.set(label, [i])
    else members.push(i)
  })
  const picked = [...ofClass]
    .sort(([a], [b]) => a - b)
    .flatMap(([, members]) => Array.from(chosen(members.length, count, random), (k) => members[k]))
  return Int32Array.from(picked).sort()
}

/** A uniform sample of the task, whatever the classes. */
export const perTask: Drawing<{ readonly count: number }> = (labels, { count }, random) =>
  chosen(labels.length, count, random).sort()

/**
 * Reservoir sampling over a stream (Vitter 1985): the n-th example takes a free slot, or replaces slot j ~ U{0..n-1} if j < size.
 * Every one of n examples stays with chance size/n. Returns the example in each slot, in the order of the slots; it depends on the order of the stream.
 */
export function reservoir(examples: number, size: number, random: Draws): Int32Array {
  const slots = new Int32Array(Math.min(size, examples))
  for (let n = 0; n < examples; n++) {
    const j = n < size ? n : below(n + 1, random)
    if (j < size) slots[j] = n
  }
  return slots
}
