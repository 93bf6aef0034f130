/** A linear head trained on states that stay as they are: min over W, b of the mean cross-entropy of W' s + b. */
import { headLogits } from "../../model/encoder.ts"
import { rowsOf } from "../../model/evaluate.ts"
import { withGradients } from "../../model/gradients.ts"
import type { Head } from "../../model/library.ts"
import { type Optimisation, optimise } from "../../model/optimise.ts"
import { crossEntropy, type HostTensor, input, packedLayout, parameter } from "../../plugin/index.ts"
import type { Work } from "../work.ts"
import { located } from "./located.ts"

export interface HeadOnStates
  extends Pick<
    Optimisation,
    "groups" | "epochs" | "batch" | "accumulate" | "clip" | "optimiser" | "schedule" | "warmUp" | "order" | "noise"
  > {
  /** [texts, width] */
  readonly states: HostTensor
  /** Columns of the head. */
  readonly labels: Int32Array
  /** From where it starts; kept as it is. */
  readonly start: Head
  readonly smoothing?: number
  /** What is trained, for errors and progress. */
  readonly of: string
  readonly rate: number
  readonly progress?: string
}

/** Its parameters are "head/W" and "head/b". */
export const headOnStates = async (work: Work, asked: HeadOnStates): Promise<Head> => {
  const { states, labels, start, smoothing, of, rate, progress = "", ...loop } = asked
  const { W, b } = start
  const values = new Map(
    Object.entries({ "head/W": W, "head/b": b }).map(([name, { data }]) => [name, (data as Float32Array).slice()]),
  )
  const rows = { of: "examples", layout: packedLayout() } as const
  const logits = headLogits(
    input("features", ["examples", W.shape[0]], "float", rows),
    parameter("head/W", W.shape),
    parameter("head/b", b.shape),
  )
  const loss = crossEntropy(logits, input("labels", ["examples"], "int", rows), undefined, smoothing)
  const program = withGradients(loss, [...values.keys()])
  const session = await (await work.engine()).compile(program)
  try {
    await optimise({
      session,
      program,
      values,
      examples: labels.length,
      feeds: (batch) => ({
        features: rowsOf(states, batch),
        labels: { shape: [batch.length], data: Int32Array.from(batch, (i) => labels[i]) },
      }),
      ...loop,
      onStep: (step, total, epoch, value) =>
        work.progress((step + 1) / total, `${progress}epoch ${epoch + 1}/${loop.epochs} loss ${value.toFixed(3)}`),
    })
  } catch (error) {
    throw located(error, of, rate)
  } finally {
    await session.release()
  }
  return { W: { shape: W.shape, data: values.get("head/W")! }, b: { shape: b.shape, data: values.get("head/b")! } }
}
