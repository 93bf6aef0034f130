import type { Extent } from "../plugin/index.ts"
import type { StepKind } from "./step.ts"

/** Rough seconds of a step on one core with the shipped backbone; for the schedule, the plan's listing and the time left. */
export const seconds = {
  dataset: 0.4,
  tokens: 0.3,
  mixed: 0.05,
  module: 14,
  group: 1,
  encode: 6,
  fit: 7,
  head: 0.6,
  write: 20,
  generate: 10,
  evaluate: 0.1,
  scores: 4,
  vocabulary: 1,
  read: 10,
  study: 4,
} as const

/** gloss-mini, of which the seconds and bytes of steps are told. */
const SHIPPED: Extent = { layers: 4, width: 192, parameters: 3_364_992, multiplied: 4 * (4 * 192 ** 2 + 2 * 192 * 768) }

/** Seconds to compile a network and to write what it gives, however small it is. */
const START = 0.6

export interface Cost {
  readonly seconds: number
  readonly bytes: number
}

/** What a step costs on a network of another size. `whole`: it keeps every weight of the network. */
export const costOn = (extent: Extent, kind: StepKind, { seconds: time, bytes }: Cost, whole = false): Cost => {
  const scaled = sized[kind]
  if (!scaled) return { seconds: time, bytes }
  const space = whole ? (of: Extent) => of.parameters : scaled
  return {
    seconds: Math.max(START, (time * extent.multiplied) / SHIPPED.multiplied),
    bytes: (bytes * space(extent)) / space(SHIPPED),
  }
}

const modules = ({ layers, width }: Extent): number => layers * width
const states = ({ width }: Extent): number => width

/** Kinds of steps that run the network, and what their bytes go with; their seconds go with the matrices of the network. */
const sized: Partial<Record<StepKind, (of: Extent) => number>> = {
  module: modules,
  retrained: modules,
  imported: modules,
  shared: modules,
  course: modules,
  fisher: modules,
  fit: states,
  features: states,
  encode: states,
  write: () => 1,
  generate: () => 1,
}
