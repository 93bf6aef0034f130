/** Options that every transfer has, whatever its plugin: which modules are carried over, from where, and what is done with them. */
import { NonNegativeInt, optional, reference, required, Schema, words } from "../../plugin/index.ts"

export const TransferOptions = Schema.Struct({
  of: required(reference("adapter"), "the adapter whose modules, one a task, are carried over"),
  from: required(reference("backbone"), "the backbone on which they are trained"),
  train: Schema.optionalKey(
    required(reference("train"), "how they are trained there; by default as in the experiment"),
  ),
  steps: optional(
    Schema.Union([words("as_trained"), NonNegativeInt]),
    "as_trained",
    "training steps on the experiment's backbone, from where the carried module stands; as_trained: those of the experiment's train; 0: it is used as it is",
  ),
  head: optional(
    words("fitted", "fresh"),
    "fitted",
    "the head at the start: fitted on the task's training texts, the carried module frozen; or fresh, which is zero",
  ),
})

export type TransferOptions = (typeof TransferOptions)["Type"]
