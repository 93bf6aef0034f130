/** One router with one head policy at one stage: what its steps have in common. */
import { type Fit, fitsHeads, type Router, type Routing } from "../../plugin/index.ts"
import type { StepBuilder } from "../builder.ts"
import type { Resolved } from "../chosen.ts"
import { type Ahead, lookingAhead } from "../looking_ahead.ts"
import type { PlannedMemory } from "../memories.ts"
import type { RouterOptions } from "../options/router_options.ts"
import type { Fitting } from "../options/step_options.ts"
import type { Step } from "../step.ts"
import type { PlannedStream } from "../stream.ts"
import type { PlannedModules } from "./cell.ts"
import { askedBy, informationOf } from "./fisher.ts"

export interface RouterRow {
  readonly name: string
  readonly kind: "router" | "bound"
  readonly router: Resolved<Router>
  readonly core: RouterOptions
  /** The memory that it uses, if it uses one. */
  readonly memory: PlannedMemory
  /** Keep the gates of every token, not their mean and entropy alone. */
  readonly keepGates: boolean
}

export interface RouterStage {
  readonly builder: StepBuilder
  readonly stream: PlannedStream
  readonly modules: PlannedModules
  readonly row: RouterRow
  readonly routing: Routing
  /** `none`: where answers are written. */
  readonly head: "kept" | "refit" | "none"
  readonly stage: number
}

/** Its query are features of the frozen backbone. */
export const readsFrozen = ({ routing: { query } }: RouterStage): boolean =>
  query === "frozen_mean" || query === "frozen_cls"

export const fitOf = ({ row: { router } }: Pick<RouterStage, "row">): Fit =>
  router.plugin.fit?.(router.chosen.options) ?? {}

/** Steps of its modules' Fisher information, where it asks for that. */
export const informationAt = (at: RouterStage): readonly string[] => informationOf(at, askedBy(at.row.router))

/** It has parameters that are fitted. */
export const isTrained = ({ row }: RouterStage): boolean => row.router.plugin.parameters !== undefined

/** Its parameters are trained by the gradient of the tasks' loss on the memory: refitted heads are trained with them. */
export const trainsHeads = (at: RouterStage): boolean => isTrained(at) && fitsHeads(fitOf(at))

/** Steps of the tasks seen so far. */
export const seen = ({ stage }: RouterStage, keys: readonly string[]): readonly string[] => keys.slice(0, stage + 1)

/** A router's fit, or its statistics, read the memory. */
export const fitReadsMemory = (router: Router, options: unknown): boolean => {
  const { on = "memory", records } = router.fit?.(options) ?? {}
  return (
    (router.parameters !== undefined && (on !== "train" || records !== undefined)) ||
    router.statisticsFrom?.(options) === "memory"
  )
}

export const fitsOnMemory = ({ row: { router } }: RouterStage): boolean =>
  fitReadsMemory(router.plugin, router.chosen.options)

/** The router is fitted on the memory, or its heads are. */
export const usesMemory = (at: RouterStage): boolean => at.head === "refit" || fitsOnMemory(at)

/** Why a memory whose samples are written won't do: they have no frozen features. Nothing where it does. */
export const whyNotWritten = (at: RouterStage): string | undefined =>
  at.row.memory.samples && readsFrozen(at) && usesMemory(at)
    ? `${at.row.router.plugin.name} reads frozen features of what is remembered, and samples that are written have none`
    : undefined

/** Steps that say what its memory keeps at the stage. */
export const memoryAt = ({ row, stage }: RouterStage): readonly string[] => row.memory.at(stage)

export const codeOf = ({ modules, row }: RouterStage): readonly string[] => [...modules.code, row.router.code]

export const fittingOf = ({ row: { core } }: RouterStage): Fitting => {
  const { epochs, batch, learning_rate, head_learning_rate } = core
  return { epochs, batch, learning_rate, head_learning_rate }
}

/** "fit learnt (refit heads) · after happenings · low_rank · seed 1" */
export const labelOf = ({ row, head, stage, stream, modules }: RouterStage, what: string, saysHead: boolean): string =>
  `${what} ${row.name}${saysHead ? ` (${head} heads)` : ""} · after ${stream.tasks[stage]} · ${modules.name} · seed ${modules.seed}`

/** Options of a step that tests it. */
export const testOptions = ({ stream, stage, routing }: RouterStage): Ahead =>
  lookingAhead(stream, stage, routing.query === "task")

/** The mixed test set, with what the query needs besides the texts. */
export const testInputs = (at: RouterStage): Step["inputs"] => ({
  blind: at.stream.blind,
  ...(readsFrozen(at) ? { features: at.stream.testFeatures } : {}),
  ...(at.routing.query === "task" ? { truth: at.stream.truth } : {}),
})

/** The remembered texts, likewise. */
export const memoryInputs = (at: RouterStage): Step["inputs"] => ({
  tokens: seen(at, at.stream.tokens),
  memories: memoryAt(at),
  ...(readsFrozen(at) ? { features: seen(at, at.stream.trainFeatures) } : {}),
})
