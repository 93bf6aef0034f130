/** Flags that say how much of an experiment is computed and kept: they decide the plan, so every verb that plans has them. */
import type { PlanSettings } from "../plan/plan.ts"
import { downloads } from "./downloads.ts"
import { type Flags, UsageError } from "./verb.ts"

export const extent = {
  "final-stage": { type: "boolean", what: "evaluate after the last task only" },
  keep: { type: "string", what: "gates: keep the gates of every token, not their mean and entropy alone" },
} as const

/** Throws UsageError. */
export const planFlags = (flags: Flags): Omit<PlanSettings, "directory" | "processor" | "moduleReader"> => {
  if (flags.keep !== undefined && flags.keep !== "gates")
    throw new UsageError(`--keep takes the word gates, not ${flags.keep}`)
  return {
    finalStageOnly: flags["final-stage"] === true,
    keepGates: flags.keep === "gates",
    onDownload: downloads(process.stderr),
  }
}
