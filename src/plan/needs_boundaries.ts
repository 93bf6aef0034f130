/** Strategies and memories that must be told where a task ends, which a stream of unknown boundaries does not tell. */
import type { Span, Stream } from "../../dsl/spec.ts"
import type { JsonSchema } from "../../dsl/vocabulary.ts"
import { type Memory, type Pool, type Strategy, zeros } from "../plugin/index.ts"
import { PlanError, type Resolved } from "./chosen.ts"
import { byOptions } from "./options/by_options.ts"

/** Why a strategy must be told; nothing where it need not. */
export const whyBoundaries = (strategy: Strategy, options: unknown): string | undefined => {
  const { visits, grows, pool, masks, knowsTask, records, replays, carries, freezes, variants, boundaries } = strategy
  if (visits === "all_at_once") return undefined
  if (grows) return "each task gets a module of its own"
  if (replays?.(options).from === "itself") return "its model writes samples of a task when that is over"
  if (knowsTask?.(options)) return "it is told the task of a test text"
  if (pool && goesByStage(pool, options)) return "its prompts go by task"
  if (masks?.(options)) return "it leaves classes of other tasks out of the loss"
  if (records === "newest" || records === "before") return "it refers to the model before the task"
  if (variants?.(options)) return "it makes texts of those of a task"
  if (carries) return "it takes stock where a task ends"
  if (
    freezes &&
    [0, 1].some((stage) => Object.values(freezes(stage, options)).some((one) => one !== undefined && one !== false))
  )
    return "what it freezes goes by task"
  return boundaries?.(options)
}

/** Sites as good as any: an attention in each of some blocks, where the adapter has keys and values. */
const SITES = Array.from({ length: 12 }, (_, layer) => ({
  site: { name: `layer.${layer}`, kind: "attention", layer, role: "attention", in: 8, out: 8 } as const,
  initials: { keys: zeros([2, 8]), values: zeros([2, 8]) },
}))

/** Whether it has other parameters at another stage, or can't say so of these sites: then it is as well told. */
const goesByStage = ({ parameters }: Pool, options: unknown): boolean => {
  const at = (stage: number) => JSON.stringify(parameters({ width: 8, stage, sites: SITES }, options))
  try {
    return at(0) !== at(1)
  } catch {
    return true
  }
}

/** The fact of a strategy that visits one task after the other: why it must be told, null where it need not. */
export const boundariesNeeded = (strategy: Strategy, options: JsonSchema) => {
  if (strategy.visits === "all_at_once") return {}
  const needs = byOptions(strategy, options, (one, given) => whyBoundaries(one, given) ?? null)
  return needs ? { needs_boundaries: needs } : {}
}

interface Row {
  readonly name: string
  readonly span?: Span
}

/** Throws PlanError where boundaries are unknown and the row must be told them. */
export const refuseUntold = ({ name, sequence }: Stream, row: Row, why: string | undefined): void => {
  if (sequence && why !== undefined)
    throw new PlanError(
      `"${row.name}" must be told where a task ends, and the boundaries of "${name}" are unknown: ${why}`,
      "leave `boundaries: unknown` out of the stream, or take it out",
      row.span,
    )
}

/** Throws PlanError where boundaries are unknown and the memory draws from each task by itself. */
export const refuseDrawn = ({ name, sequence }: Stream, row: Row, { plugin }: Resolved<Memory>): void => {
  if (sequence && !plugin.keep)
    throw new PlanError(
      `"${row.name}" remembers by ${plugin.name}, which draws from each task by itself, and the boundaries of "${name}" are unknown`,
      "take a memory that is kept along the stream: `reservoir { capacity: 100 }`, or `ring`",
      row.span,
    )
}
