/** Forward transfer: what isn't told the task is tested on the next one too, before it is learnt. */
import type { PlannedStream } from "./stream.ts"

export interface Ahead {
  readonly ahead?: true
}

/** Of a step that tests a row at a stage; after the last task there is none to come. */
export const lookingAhead = (
  { ahead, tasks }: Pick<PlannedStream, "ahead" | "tasks">,
  stage: number,
  knowsTask = false,
): Ahead => (ahead && !knowsTask && stage < tasks.length - 1 ? { ahead } : {})
