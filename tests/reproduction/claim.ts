/**
 * What the papers claim, as questions to our rows. Written before anything was run, with the rule in verdict.ts. Evidence of what was
 * claimed: V read in the paper or its code, S from a secondary source, M recalled, A a deduction of ours.
 */
import type { HeadPolicy } from "../../src/learning/results.ts"

export interface Side {
  /** Experiment and row of the specs beside this file, and the row's head policy. */
  readonly experiment: "routing" | "unisolated" | "memories" | "shared" | "prompts"
  readonly row: string
  readonly head: HeadPolicy
}

export interface Claim {
  readonly id: string
  readonly paper: string
  /** Left is at least as good as right. */
  readonly says: string
  /** By default class-incremental accuracy. */
  readonly setup?: "task_incremental"
  readonly claimedOn: string
  readonly evidence: "V" | "S" | "M" | "A"
  readonly left: Side
  readonly right: Side
  readonly on: readonly Data[]
  readonly adapters: readonly ("low_rank" | "narrow" | "deep")[]
  /** Points; by data set where it differs. */
  readonly margin: number
  readonly nearDomainMargin?: number
}

/** Specs beside this file. */
export const DATA = ["glosses", "banking77", "hwu64", "mtl5", "baselines"] as const
export type Data = (typeof DATA)[number]

/** Streams whose tasks are of one domain. */
export const NEAR_DOMAIN: readonly Data[] = ["banking77"]
