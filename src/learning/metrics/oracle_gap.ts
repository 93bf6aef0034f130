/** Oracle gap: the part of a router's loss that is routing, not modules. */
import type { MetricDefinition } from "./definition.ts"

export const oracleGapDefinition: MetricDefinition = {
  name: "oracle_gap",
  version: 1,
  unit: "percentage points",
  formula: "ACC(oracle) - ACC(router), same modules; negative where composing beats every single module",
  reference: "l2r",
}

/** Percentage points; undefined where one of the two is. */
export function oracleGap(oracle: number | undefined, router: number | undefined): number | undefined {
  return oracle === undefined || router === undefined ? undefined : oracle - router
}
