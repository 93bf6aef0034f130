/** The model of a strategy along a sequence where a task had come: arrays without "after/<task>/", as those of a model at a stage. */
import type { MomentOptions } from "../../../../plan/options/step_options.ts"
import type { Perform } from "../../../work.ts"

export const moment: Perform = async (work) => {
  const { stage } = work.options as unknown as MomentOptions
  const { json, arrays } = work.input("course")
  const before = `after/${stage}/`
  return {
    json,
    arrays: Object.fromEntries(
      Object.entries(arrays).flatMap(([name, array]) =>
        name.startsWith(before) ? [[name.slice(before.length), array] as const] : [],
      ),
    ),
  }
}
