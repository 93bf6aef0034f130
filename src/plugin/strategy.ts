/** Training strategies over the stream: one shared module (or the whole network) for all tasks. */
import type { Definition } from "./definition.ts"

export interface Strategy<Options = any> extends Definition<"strategy", Options> {
  /** What is trained: one shared module of the experiment's adapter, or every weight of the backbone. */
  readonly trains: "adapter" | "everything"
  /** One task after the other from where the last ended, or the union of the tasks seen so far from the start. */
  readonly visits: "one_by_one" | "all_at_once"
}
