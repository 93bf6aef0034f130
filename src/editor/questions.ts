/** What is asked about a spec that only plugins can answer, and what comes back: plain data between two processes. */
import { statSync } from "node:fs"
import type { BrokenRule, Declaration, Used } from "../../dsl/index.ts"
import type { RuleQuestion } from "../plan/rules.ts"

export interface Question {
  readonly id: number
  /** The folder of the spec. */
  readonly directory: string
  /** Sources of `use` lines. */
  readonly uses: readonly string[]
  /** Data declarations whose tasks are wanted. */
  readonly data: readonly DataQuestion[]
  /** Declarations whose plugins have rules of their own. */
  readonly rules: readonly RuleQuestion[]
}

export interface DataQuestion {
  readonly plugin: string
  /** The source of the `use` line that brings it. */
  readonly source?: string
  readonly location?: string
  /** Where its path starts. */
  readonly folder: string
  readonly options: Declaration["options"]
}

export interface Answer {
  readonly id: number
  /** In the order of the question. */
  readonly uses: readonly UseAnswer[]
  readonly tasks: readonly (readonly string[] | undefined)[]
  readonly broken: readonly (readonly BrokenRule[])[]
}

export interface UseAnswer {
  readonly used: Used
  /** URL of the file, and what it was when it was about to be loaded. */
  readonly file?: string
  readonly stamp?: string
}

/** Changes with a file: two writes within a tick of the clock are told apart by their lengths. */
export const changedAt = (file: string): string => {
  const found = statSync(new URL(file), { throwIfNoEntry: false })
  return `${found?.mtimeMs} ${found?.size}`
}

/** Begins the lines that are answers; a plugin may print others. */
export const MARK = "\u0001l2r "
