/** Rows that a router reads from outside the forward pass, one per text. */
import { createHash } from "node:crypto"
import { rowsOf } from "../../model/evaluate.ts"
import type { Head } from "../../model/library.ts"
import type { Artifact } from "../../plan/step.ts"
import { exact, type HostTensor, type Routing, randomStream, type TokenIds } from "../../plugin/index.ts"
import { StepError, type Work } from "../work.ts"
import { host, type remembered, servingIn, textsIn } from "./given.ts"

/** Frozen features of the texts, as the routing reads them. */
export const frozenRows = (features: Artifact, { query }: Pick<Routing, "query">): HostTensor =>
  host(features.arrays[query === "frozen_cls" ? "cls" : "mean"])

/** Features of some training texts of several tasks: row i is example `index[i]` of task `task[i]`. */
export const frozenRowsOfMemory = (
  features: readonly Artifact[],
  routing: Pick<Routing, "query">,
  task: Int32Array,
  index: Int32Array,
): HostTensor => {
  const tables = features.map((artifact) => frozenRows(artifact, routing))
  const width = tables[0].shape[1]
  const data = new Float32Array(task.length * width)
  task.forEach((t, i) => {
    data.set((tables[t].data as Float32Array).subarray(index[i] * width, (index[i] + 1) * width), i * width)
  })
  return { shape: [task.length, width], data }
}

/** What a router reads of remembered texts from outside the forward pass, [texts, width]; nothing where it reads states. */
export const outsideOfMemory = (
  work: Work,
  routing: Routing,
  memory: ReturnType<typeof remembered>,
  seed: number,
): HostTensor | undefined => {
  switch (routing.query) {
    case "frozen_mean":
    case "frozen_cls":
      return frozenRowsOfMemory(work.inputs("features"), routing, memory.task, memory.index)
    case "task":
      return taskRows(memory.task, servingIn(work), work.inputs("modules").length)
    case "draw":
      return draws(memory.texts, seed)
    case "predictions":
      throw composesPredictions()
    default:
      return undefined
  }
}

/** The same of the test texts at some places of the mixed order. The truth is opened for routers alone that declare that they read the task. */
export const outsideOfTest = (
  work: Work,
  routing: Routing,
  indices: Int32Array,
  seed: number,
  predictions: () => HostTensor = () => {
    throw composesPredictions()
  },
): HostTensor | undefined => {
  switch (routing.query) {
    case "frozen_mean":
    case "frozen_cls":
      return rowsOf(frozenRows(work.input("features"), routing), indices)
    case "task":
      return taskRows(
        Int32Array.from(indices, (i) => (work.input("truth").arrays.task.data as Int32Array)[i]),
        servingIn(work),
        work.inputs("modules").length,
      )
    case "draw": {
      const texts = textsIn(work.input("blind"), "test")
      return draws(
        Array.from(indices, (i) => texts[i]),
        seed,
      )
    }
    case "predictions":
      return predictions()
    default:
      return undefined
  }
}

const composesPredictions = (): StepError =>
  new StepError(
    "a router that reads the predictions of every module cannot compose them in one forward pass",
    'give its routing `aggregate: "select"`, or another query',
  )

/** A uniform number per text, from a stream of the text's own: independent of order and batch. */
export const draws = (texts: readonly TokenIds[], seed: number): HostTensor => ({
  shape: [texts.length, 1],
  data: Float32Array.from(texts, (ids) =>
    randomStream(seed, "draw", createHash("sha256").update(ids.join(" ")).digest("hex")).uniform(),
  ),
})

/** One-hot, [texts, modules]: the module that serves the task. Only routers that declare the query `task` get it. */
export const taskRows = (task: Int32Array, moduleOf: Int32Array, modules: number): HostTensor => {
  const data = new Float32Array(task.length * modules)
  task.forEach((t, i) => {
    data[i * modules + moduleOf[t]] = 1
  })
  return { shape: [task.length, modules], data }
}

/** The largest log-probability of each module under its own head: [texts, modules]. Of nearly sure modules the logarithm still tells which is surer. */
export const confidences = (features: readonly HostTensor[], heads: readonly Head[]): HostTensor => {
  const texts = features[0].shape[0]
  const data = new Float32Array(texts * heads.length)
  heads.forEach((head, m) => {
    const logits = applied(features[m], head)
    const classes = head.b.data.length
    for (let i = 0; i < texts; i++) {
      let top = -Infinity
      for (let c = 0; c < classes; c++) top = Math.max(top, logits[i * classes + c])
      let sum = 0
      for (let c = 0; c < classes; c++) sum += exact.exponential(logits[i * classes + c] - top)
      data[i * heads.length + m] = -exact.logarithm(sum)
    }
  })
  return { shape: [texts, heads.length], data }
}

/** features W + b in double precision, in a fixed order. */
export const applied = ({ shape, data }: HostTensor, { W, b }: Head): Float32Array => {
  const [texts, width] = shape
  const classes = b.data.length
  const result = new Float32Array(texts * classes)
  const row = new Float64Array(classes)
  for (let i = 0; i < texts; i++) {
    for (let c = 0; c < classes; c++) row[c] = Number(b.data[c])
    for (let k = 0; k < width; k++) {
      const x = Number(data[i * width + k])
      for (let c = 0; c < classes; c++) row[c] += x * (W.data as Float32Array)[k * classes + c]
    }
    result.set(row, i * classes)
  }
  return result
}
