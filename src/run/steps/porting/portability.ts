/**
 * Which test texts of each task a module gets right under its own head, for every start, budget and seed of a portability:
 * arrays "right/<entry>", [texts], one where it does. A module that could not be carried leaves the whole empty, with the reason.
 */

import type { StepOptions } from "../../../plan/options/step_options.ts"
import type { StoredArray } from "../../../plan/step.ts"
import type { Perform } from "../../work.ts"
import { headIn, host } from "../given.ts"
import { notServed, turnedDown } from "../not_served.ts"
import { applied } from "../query.ts"

export const portability: Perform = async (work) => {
  const { entries } = work.options as unknown as StepOptions["portability"]
  const [encoded, modules, truths] = [work.inputs("encoded"), work.inputs("modules"), work.inputs("truth")]
  const reason = encoded.map(turnedDown).find((one) => one !== undefined)
  if (reason !== undefined) return notServed(reason)
  return {
    json: { examples: truths.map(({ arrays }) => arrays.class.data.length) },
    arrays: Object.fromEntries(
      entries.map(({ task }, k): [string, StoredArray] => {
        const head = headIn(modules[k])
        const logits = applied(host(encoded[k].arrays.features), head)
        const right = rightOf(logits, head.b.data.length, truths[task].arrays.class.data as Int32Array)
        return [`right/${k}`, { shape: [right.length], data: right }]
      }),
    ),
  }
}

/** One where the largest score, the first of equals, is that of the class. */
const rightOf = (logits: Float32Array, classes: number, truth: Int32Array): Uint8Array =>
  Uint8Array.from(truth, (right, text) => {
    const scores = logits.subarray(text * classes, (text + 1) * classes)
    let best = 0
    for (let c = 1; c < classes; c++) if (scores[c] > scores[best]) best = c
    return best === right ? 1 : 0
  })
