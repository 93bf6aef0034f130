/** The joined heads, trained further on the states of a memory: refitting without training a router. */

import { headLogits } from "../../model/encoder.ts"
import { rowsOf } from "../../model/evaluate.ts"
import { withGradients } from "../../model/gradients.ts"
import { joinedHead } from "../../model/library.ts"
import { optimise } from "../../model/optimise.ts"
import type { StepOptions } from "../../plan/options/step_options.ts"
import { crossEntropy, input, packedLayout, parameter, randomStream } from "../../plugin/index.ts"
import type { Perform } from "../work.ts"
import { headIn, host, remembered } from "./given.ts"
import { located } from "./located.ts"
import { notServed, turnedDown } from "./not_served.ts"

export const head: Perform = async (work) => {
  const { fitting, seed, name } = work.options as unknown as StepOptions["head"]
  const reason = turnedDown(work.input("encoded"))
  if (reason !== undefined) return notServed(reason)
  const states = host(work.input("encoded").arrays.features)
  const { labels } = remembered(work.inputs("tokens"), work.inputs("memories"))
  const { W, b } = joinedHead(work.inputs("modules").map(headIn))
  const values = new Map([
    ["head/W", (W.data as Float32Array).slice()],
    ["head/b", (b.data as Float32Array).slice()],
  ])
  const rows = { of: "examples", layout: packedLayout() } as const
  const logits = headLogits(
    input("features", ["examples", W.shape[0]], "float", rows),
    parameter("head/W", W.shape),
    parameter("head/b", b.shape),
  )
  const training = withGradients(crossEntropy(logits, input("labels", ["examples"], "int", rows)), [...values.keys()])
  const session = await (await work.engine()).compile(training)
  try {
    await optimise({
      session,
      program: training,
      values,
      groups: [{ names: [...values.keys()], learningRate: fitting.head_learning_rate, weightDecay: 0.01 }],
      examples: labels.length,
      feeds: (batch) => ({
        features: rowsOf(states, batch),
        labels: { shape: [batch.length], data: Int32Array.from(batch, (i) => labels[i]) },
      }),
      epochs: fitting.epochs,
      batch: fitting.batch,
      schedule: "linear",
      warmUp: 0,
      order: randomStream(seed, "head batches", name),
      noise: randomStream(seed, "head noise", name),
      onStep: (step, total, epoch, loss) =>
        work.progress((step + 1) / total, `epoch ${epoch + 1}/${fitting.epochs} loss ${loss.toFixed(3)}`),
    })
  } catch (error) {
    throw located(error, `heads of "${name}"`, fitting.head_learning_rate)
  } finally {
    await session.release()
  }
  return {
    json: { parameters: W.data.length + b.data.length },
    arrays: {
      "head/W": { shape: W.shape, data: values.get("head/W")! },
      "head/b": { shape: b.shape, data: values.get("head/b")! },
    },
  }
}
