/**
 * Distillation of a sentence encoder into a small one, from the teacher's embeddings t of unlabelled texts:
 *   L = mean (1 - cos(z P, t))  +  weight · mean over pairs of a batch (cos(z_i, z_j) - cos(t_i, t_j))^2
 * z: the student's pooled states [examples, width]; P [width, teacher's width] is trained too and thrown away.
 * The pair term makes z itself (what modules and routers read) carry the teacher's similarities.
 */

import type { Backbone, Checkpoint, Engine, HostTensor, TokenIds } from "../plugin/index.ts"
import {
  add,
  cosineSimilarity,
  div,
  input,
  matmul,
  mean,
  mse,
  mul,
  neg,
  parameter,
  program,
  type RandomStream,
  scale,
  sqrt,
  sum,
  type Tensor,
  withRows,
} from "../tensor/index.ts"
import { chunksByLength, packed } from "./batch.ts"
import { encoder } from "./encoder.ts"
import { rowsOf } from "./evaluate.ts"
import { withGradients } from "./gradients.ts"
import { optimise } from "./optimise.ts"

export interface Recipe {
  readonly epochs: number
  readonly batch: number
  readonly learningRate: number
  readonly pairWeight: number
}

/** Teacher embeddings of texts, [texts, width]. */
export const embeddings = async (
  engine: Engine,
  backbone: Backbone,
  checkpoint: Checkpoint,
  texts: readonly TokenIds[],
  onProgress: (done: number) => void,
): Promise<HostTensor> => {
  const session = await engine.compile(program({ features: encoder({ backbone, checkpoint }).features }))
  const data = new Float32Array(texts.length * checkpoint.width)
  let done = 0
  for (const chunk of chunksByLength(texts, 128)) {
    const { features } = await session.run(packed(Array.from(chunk, (i) => texts[i])))
    chunk.forEach((i, row) => {
      data.set(
        (features.data as Float32Array).subarray(row * checkpoint.width, (row + 1) * checkpoint.width),
        i * checkpoint.width,
      )
    })
    done += chunk.length
    onProgress(done / texts.length)
  }
  await session.release()
  return { shape: [texts.length, checkpoint.width], data }
}

const unit = (x: Tensor): Tensor => div(x, sqrt(add(sum(mul(x, x), -1, true), 1e-12)))
const pairs = (x: Tensor): Tensor => matmul(unit(x), unit(x), { transposeB: true })

/** Trains every weight of the student in place; returns the loss of each step. */
export const distil = async (
  engine: Engine,
  backbone: Backbone,
  student: Checkpoint,
  texts: readonly TokenIds[],
  teacher: HostTensor,
  { epochs, batch, learningRate, pairWeight }: Recipe,
  random: { readonly projection: RandomStream; readonly order: RandomStream; readonly noise: RandomStream },
  onStep: (step: number, total: number, epoch: number, loss: number) => void,
): Promise<Float64Array> => {
  const [, wide] = teacher.shape
  const { features, layout } = encoder({ backbone, checkpoint: student }, {}, true)
  const target = input("teacher", ["examples", wide], "float", { of: "examples", layout })
  const cosine = cosineSimilarity(matmul(features, parameter("projection", [student.width, wide])), target)
  const [z, t] = [withRows(features, undefined), withRows(target, undefined)]
  const loss = add(add(neg(mean(withRows(cosine, undefined))), 1), scale(mse(pairs(z), pairs(t)), pairWeight))
  const projection = Float32Array.from(
    { length: student.width * wide },
    () => random.projection.normal() / Math.sqrt(student.width),
  )
  const values = new Map<string, Float32Array>([
    ...Object.entries(student.weights).map(([name, { data }]) => [name, data as Float32Array] as const),
    ["projection", projection],
  ])
  const training = withGradients(loss, [...values.keys()])
  const session = await engine.compile(training)
  const decayed = [...values.keys()].filter((name) => name.endsWith("weight") && !name.includes("norm"))
  const losses = await optimise({
    session,
    program: training,
    values,
    groups: [
      { names: decayed, learningRate, weightDecay: 0.01 },
      { names: [...values.keys()].filter((name) => !decayed.includes(name)), learningRate, weightDecay: 0 },
    ],
    examples: texts.length,
    feeds: (indices) => ({ ...packed(Array.from(indices, (i) => texts[i])), teacher: rowsOf(teacher, indices) }),
    epochs,
    batch,
    schedule: "linear",
    warmUp: 0.05,
    order: random.order,
    noise: random.noise,
    onStep,
  })
  await session.release()
  return losses
}
