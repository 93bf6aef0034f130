/** Which texts of the mixed test set a step at a stage is about. */
import type { Artifact } from "../../plan/step.ts"
import type { Work } from "../work.ts"

/** Places in the mixed test set: of the texts of the tasks so far, and with `ahead` of the next task's too. */
export const placesIn = (blind: Artifact, stage: number, ahead = false): Int32Array =>
  blind.arrays[`${ahead ? "ahead" : "stage"}/${stage}`].data as Int32Array

/** Those of the stage that the step's options name. */
export const placesAt = (work: Pick<Work, "options" | "input">): Int32Array => {
  const { stage, ahead } = work.options as unknown as { readonly stage: number; readonly ahead?: true }
  return placesIn(work.input("blind"), stage, ahead)
}
