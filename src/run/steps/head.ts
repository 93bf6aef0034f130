/** The joined heads, trained further on the states of a memory: refitting without training a router. */

import { joinedHead } from "../../model/library.ts"
import type { StepOptions } from "../../plan/options/step_options.ts"
import type { StoredArray } from "../../plan/step.ts"
import { randomStream } from "../../plugin/index.ts"
import type { Perform } from "../work.ts"
import { headIn, host, remembered } from "./given.ts"
import { headOnStates } from "./head_on_states.ts"
import { notServed, turnedDown } from "./not_served.ts"

export const head: Perform = async (work) => {
  const { fitting, seed, name } = work.options as unknown as StepOptions["head"]
  const reason = turnedDown(work.input("encoded"))
  if (reason !== undefined) return notServed(reason)
  const { W, b } = await headOnStates(work, {
    states: host(work.input("encoded").arrays.features),
    labels: remembered(work.inputs("tokens"), work.inputs("memories")).labels,
    start: joinedHead(work.inputs("modules").map(headIn)),
    groups: [{ names: ["head/W", "head/b"], learningRate: fitting.head_learning_rate, weightDecay: 0.01 }],
    epochs: fitting.epochs,
    batch: fitting.batch,
    schedule: "linear",
    warmUp: 0,
    order: randomStream(seed, "head batches", name),
    noise: randomStream(seed, "head noise", name),
    of: `heads of "${name}"`,
    rate: fitting.head_learning_rate,
  })
  return {
    json: { parameters: W.data.length + b.data.length },
    arrays: { "head/W": W as StoredArray, "head/b": b as StoredArray },
  }
}
