/**
 * Figures that are macro means over test examples, as one number an example: what paired comparisons are made of.
 * The numbers of classes are integers, with their scale apart, so that a permutation test can be exact; scores of written answers are not:  figure = 100 · macro mean(values) / scale.
 */
import type { Setup } from "./accuracy_matrix.ts"
import { credits } from "./credits.ts"
import { largest } from "./metrics/router_accuracy.ts"
import type { Cell, Row, Stage } from "./results.ts"
import { moduleAt } from "./serving.ts"
import { leastCommonMultiple } from "./whole_numbers.ts"

export const COMPARABLE = [
  "accuracy",
  "rouge_l",
  "exact_match",
  "anytime_accuracy",
  "backward_transfer",
  "learning_accuracy",
  "router_accuracy",
] as const
export type Comparable = (typeof COMPARABLE)[number]

export const isComparable = (word: string): word is Comparable => (COMPARABLE as readonly string[]).includes(word)

/** A measure that is a set-up of its own: what a written answer scores. */
export const isScore = (on: string): on is "rouge_l" | "exact_match" => on === "rouge_l" || on === "exact_match"

export interface PerExample {
  /** By example id; NaN where the row has no outcome. */
  readonly values: Float64Array
  readonly scale: number
}

type Outcomes = Pick<Cell, "tasks" | "examples">

/** Undefined where the row lacks a stage (or gates) that the figure needs. */
export function perExample(on: Comparable, row: Row, cell: Outcomes, setup: Setup): PerExample | undefined {
  const last = cell.tasks.length - 1
  const at = (stage: number) =>
    correct(
      row.stages.find(({ index }) => index === stage),
      cell,
      isScore(on) ? on : setup,
    )
  switch (on) {
    case "accuracy":
    case "rouge_l":
    case "exact_match":
      return scaled(at(last), 1)
    case "anytime_accuracy":
      return anytime(cell, at)
    case "backward_transfer": {
      const first = firsts(cell, at)
      const now = at(last)
      if (first === undefined || now === undefined || last < 1) return undefined
      return {
        values: now.map((value, e) => (cell.examples[e].task === last ? 0 : (last + 1) * (value - first[e]))),
        scale: last,
      }
    }
    case "learning_accuracy":
      return scaled(firsts(cell, at), 1)
    case "router_accuracy":
      return routed(
        row.stages.find(({ index }) => index === last),
        cell,
      )
  }
}

const scaled = (values: Float64Array | undefined, scale: number) =>
  values === undefined ? undefined : { values, scale }

/** 1 where the stage's prediction is right, 0 where it is wrong; or a score between them. */
function correct(stage: Stage | undefined, { examples }: Outcomes, setup: Setup): Float64Array | undefined {
  if (stage === undefined) return undefined
  const values = new Float64Array(examples.length).fill(Number.NaN)
  const credit = credits(stage, examples, setup)
  stage.predictions.example.forEach((id, k) => {
    values[id] = credit[k]
  })
  return values
}

/** Correct right after the example's own task was learnt. */
function firsts(
  { tasks, examples }: Outcomes,
  at: (stage: number) => Float64Array | undefined,
): Float64Array | undefined {
  const stages = tasks.map((_, i) => at(i))
  if (stages.includes(undefined)) return undefined
  return Float64Array.from(examples, ({ task }, e) => stages[task]![e])
}

/** AAA = (1/T) Σ_j mean_{e in j} Σ_{i>=j} c_i(e) / i, over the least common multiple of 1..T. */
function anytime(
  { tasks, examples }: Outcomes,
  at: (stage: number) => Float64Array | undefined,
): PerExample | undefined {
  const stages = tasks.map((_, i) => at(i))
  if (stages.includes(undefined)) return undefined
  const scale = tasks.reduce((multiple, _, i) => leastCommonMultiple(multiple, i + 1), 1)
  const values = Float64Array.from(examples, ({ task }, e) => {
    let sum = 0
    for (let i = task; i < tasks.length; i++) sum += stages[i]![e] * (scale / (i + 1))
    return sum
  })
  return { values, scale }
}

/** How many routing units give their largest gate to the example's own module. */
function routed(stage: Stage | undefined, { examples }: Outcomes): PerExample | undefined {
  if (stage === undefined) return undefined
  const values = new Float64Array(examples.length).fill(Number.NaN)
  const { gates, predictions } = stage
  if (gates === undefined && predictions.chosen.every((module) => module < 0)) return undefined
  predictions.example.forEach((id, k) => {
    const own = moduleAt(stage, examples[id].task)
    if (gates === undefined) values[id] = predictions.chosen[k] === own ? 1 : 0
    else values[id] = gates.mean[k].reduce((right, unit) => right + (largest(unit) === own ? 1 : 0), 0)
  })
  return { values, scale: gates === undefined ? 1 : gates.units.length }
}
