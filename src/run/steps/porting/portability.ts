/**
 * Which test texts of each task a module gets right under its own head, for every start, budget and seed of a portability:
 * arrays "right/<entry>", [texts], one where it does. A module that could not be carried leaves the whole empty, with the reason.
 */

import { largest } from "../../../model/largest.ts"
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
        const truth = truths[task].arrays.class.data as Int32Array
        const logits = applied(host(encoded[k].arrays.features), head)
        const chosen = largest({ shape: [truth.length, head.b.data.length], data: logits })
        const right = Uint8Array.from(chosen, (c, text) => (c === truth[text] ? 1 : 0))
        return [`right/${k}`, { shape: [right.length], data: right }]
      }),
    ),
  }
}
