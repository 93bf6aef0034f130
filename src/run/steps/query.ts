/** Rows that a router reads from outside the forward pass, one per text. */
import { createHash } from "node:crypto"
import { type HostTensor, randomStream, type Routing, type TokenIds } from "../../plugin/index.ts"
import type { Artifact } from "../../plan/step.ts"
import { type Head } from "../../model/library.ts"
import { host } from "./given.ts"
import { StepError } from "../work.ts"

/** Frozen features of the texts, as the routing reads them. */
export const frozenRows = (features: Artifact, { query }: Pick<Routing, "query">): HostTensor => host(features.arrays[query === "frozen_cls" ? "cls" : "mean"])

/** Features of some training texts of several tasks: row i is example `index[i]` of task `task[i]`. */
export const frozenRowsOfMemory = (features: readonly Artifact[], routing: Pick<Routing, "query">, task: Int32Array, index: Int32Array): HostTensor => {
  const tables = features.map((artifact) => frozenRows(artifact, routing))
  const width = tables[0].shape[1]
  const data = new Float32Array(task.length * width)
  task.forEach((t, i) => {
    data.set((tables[t].data as Float32Array).subarray(index[i] * width, (index[i] + 1) * width), i * width)
  })
  return { shape: [task.length, width], data }
}

/** A uniform number per text, from a stream of the text's own: independent of order and batch. */
export const draws = (texts: readonly TokenIds[], seed: number): HostTensor => ({
  shape: [texts.length, 1],
  data: Float32Array.from(texts, (ids) => randomStream(seed, "draw", createHash("sha256").update(ids.join(" ")).digest("hex")).uniform()),
})

/** One-hot tasks. Only routers that declare the query `task` get it. */
export const taskRows = (task: Int32Array, modules: number): HostTensor => {
  const data = new Float32Array(task.length * modules)
  task.forEach((t, i) => {
    data[i * modules + t] = 1
  })
  return { shape: [task.length, modules], data }
}

/** The largest log-probability of each module under its own head: [texts, modules]. Rounded to float32 of a double sum. */
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
      for (let c = 0; c < classes; c++) sum += exponential(logits[i * classes + c] - top)
      data[i * heads.length + m] = 1 / sum
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

/** e^x for x <= 0 from operations that every engine rounds alike: (1 + x/2^20 + x^2/2^41)^(2^20). Relative error below 1e-9 for x > -60. */
const exponential = (x: number): number => {
  if (x < -700) return 0
  let power = 1 + x / 1048576 + (x * x) / 2199023255552
  for (let k = 0; k < 20; k++) power *= power
  return power
}

export const missing = (what: string): never => {
  throw new StepError(`a step lacks its input ${what}`, "this is a bug in the plan: please report it with the spec")
}
