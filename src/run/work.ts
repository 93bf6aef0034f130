/** What a step sees while it runs inside a worker. A performer is a pure function of this. */

import type { Halfway } from "../model/halfway.ts"
import type { Artifact, Json, StepKind } from "../plan/step.ts"
import type { Engine, NumericProfile, Plugin, PluginKind } from "../plugin/index.ts"

export interface Work {
  readonly options: Json
  /** The artifact of a named input; several where the input is a list. */
  readonly input: (name: string) => Artifact
  readonly inputs: (name: string) => readonly Artifact[]
  /** Done share in [0, 1] and what to show ("epoch 2/3 loss 0.412"). Throttled by the worker. */
  readonly progress: (done: number, note?: string) => void
  readonly warn: (message: string, help?: string) => void
  /** A plugin by kind and name, of the `use` line `from` where given (a file URL or package). */
  readonly plugin: <P extends Plugin>(kind: PluginKind, name: string, from?: string) => Promise<P>
  /** The numeric backend of this worker, opened once. */
  readonly engine: () => Promise<Engine>
  readonly profile: NumericProfile
  /** Where the training of this step goes on if it is stopped. */
  readonly halfway: Pick<Halfway, "read" | "write" | "every">
  /** Kept as long as the worker lives (checkpoints, compiled sessions); the value must depend on the key alone. */
  readonly cached: <T>(key: string, make: () => Promise<T>) => Promise<T>
}

export type Perform = (work: Work) => Promise<Artifact>
export type Performers = Readonly<Record<StepKind, Perform>>

/** An expected problem inside a step: what, where, what to do. Anything else thrown is a bug. */
export class StepError extends Error {
  override readonly name = "StepError"
  readonly help: string
  constructor(message: string, help: string) {
    super(message)
    this.help = help
  }
}
