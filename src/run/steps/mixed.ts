/**
 * The mixed test set of a stream: `blind` holds its texts in one shuffled order, with neither task nor label,
 * and of each stage which of them are of tasks so far (`stage/<i>`), and of these and the next task (`ahead/<i>`);
 * `truth` holds the tasks and labels of the same order, for scores (and for routers that declare that they know the task).
 */
import { createHash } from "node:crypto"
import type { Artifact, Json } from "../../plan/step.ts"
import { randomStream, type Task } from "../../plugin/index.ts"
import type { Perform } from "../work.ts"
import { offsetsOf, storedTexts, textsIn } from "./given.ts"

/** [task, index within the task's test split] in the mixed order: depends on the sizes alone. */
const mixedOrder = (sizes: readonly number[]): readonly (readonly [number, number])[] =>
  randomStream(0, "mixed test set").shuffle(
    sizes.flatMap((size, task) => Array.from({ length: size }, (_, i) => [task, i] as const)),
  )

/** The position of each task in the order of the stream; `places` says which task stands at each position. */
const positionsIn = (options: Json, tasks: number): readonly number[] => {
  const { places } = options as { readonly places?: readonly number[] }
  return Array.from({ length: tasks }, (_, task) => (places ? places.indexOf(task) : task))
}

export const blind: Perform = async (work) => {
  const tasks = work.inputs("tokens").map((artifact) => textsIn(artifact, "test"))
  const order = mixedOrder(tasks.map(({ length }) => length))
  const position = positionsIn(work.options, tasks.length)
  const until = (last: number) => order.flatMap(([task], i) => (position[task] <= last ? [i] : []))
  const listed = (name: string, last: number) => {
    const indices = until(last)
    return [name, { shape: [indices.length], data: Int32Array.from(indices) }] as const
  }
  return {
    json: {},
    arrays: {
      ...storedTexts(
        "test",
        order.map(([task, i]) => tasks[task][i]),
      ),
      ...Object.fromEntries(
        tasks.flatMap((_, stage) => [listed(`stage/${stage}`, stage), listed(`ahead/${stage}`, stage + 1)]),
      ),
    },
  }
}

export const truth: Perform = async (work) => {
  const tasks = work.inputs("dataset").map(({ json }) => json as unknown as Task)
  const order = mixedOrder(tasks.map(({ test }) => test.length))
  const position = positionsIn(work.options, tasks.length)
  const turned = tasks.map((_, at) => tasks[position.indexOf(at)])
  if ((work.options as { readonly head?: "text" }).head === "text")
    return answersInOrder(tasks, turned, order, position)
  const { offsets } = offsetsOf(turned.map(({ labels }) => labels.length))
  const classOf = order.map(
    ([task, i]) => offsets[position[task]] + tasks[task].labels.indexOf(tasks[task].test[i].label),
  )
  return {
    json: {
      tasks: turned.map(({ name }) => name),
      classes: turned.flatMap(({ labels }, task) => labels.map((label) => ({ task, label }))),
      ids: idsOf(tasks, order),
    },
    arrays: {
      task: { shape: [order.length], data: Int32Array.from(order, ([task]) => position[task]) },
      class: { shape: [order.length], data: Int32Array.from(classOf) },
    },
  }
}

type Order = ReturnType<typeof mixedOrder>

/** Digests of the texts. */
const idsOf = (tasks: readonly Task[], order: Order): readonly string[] =>
  order.map(([task, i]) => createHash("sha256").update(tasks[task].test[i].text).digest("hex").slice(0, 16))

/** Where texts are answered in words there are no classes, and each text has the answers that are right. */
const answersInOrder = (
  tasks: readonly Task[],
  turned: readonly Task[],
  order: Order,
  position: readonly number[],
): Artifact => ({
  json: {
    tasks: turned.map(({ name }) => name),
    classes: [],
    ids: idsOf(tasks, order),
    references: order.map(([task, i]) => {
      const { label, others = [] } = tasks[task].test[i]
      return [label, ...others]
    }),
  },
  arrays: {
    task: { shape: [order.length], data: Int32Array.from(order, ([task]) => position[task]) },
    class: { shape: [order.length], data: new Int32Array(order.length).fill(-1) },
  },
})
