/** Options that every router has, whatever its plugin: the core itself carries them out, so a plugin may not define them again. */
import { optional, PositiveInt, PositiveNumber, reference, required, Schema, words } from "../../plugin/index.ts"

export const RouterOptions = Schema.Struct({
  memory: Schema.optionalKey(
    required(reference("memory"), "which past training examples the router and the refitted heads may see"),
  ),
  head: optional(
    words("kept", "refit", "both"),
    "both",
    "heads as trained with the modules, refitted together on the memory, or a row for each",
  ),
  epochs: optional(PositiveInt, 20, "passes over the memory when the router is fitted by gradient"),
  batch: optional(PositiveInt, 32, "examples in a step of fitting"),
  learning_rate: optional(PositiveNumber, 1e-2, "learning rate of the router's parameters"),
  head_learning_rate: optional(PositiveNumber, 1e-2, "learning rate of the heads when they are refitted"),
  schedule: optional(
    words("after_each_task_from_scratch", "after_each_task_warm", "once_at_end"),
    "after_each_task_from_scratch",
    "when the router is fitted: after each task anew, after each task from where it stood, or once after the last task",
  ),
})

export type RouterOptions = (typeof RouterOptions)["Type"]

/** Names of the options that the core owns. */
export const routerOptionNames: readonly string[] = Object.keys(RouterOptions.fields)
