/** Reads and checks a spec for a verb: diagnostics go to standard error; without a sound spec there is nothing to go on with. */
import { type Change, diagnose, render, type Spec, summary, type Texts } from "../../dsl/index.ts"
import { asError } from "../run/explanation.ts"
import { checkSource, readSource, type Said, type Source } from "../source.ts"

export interface CheckedSource extends Source {
  /** Of the spec, of what it imports, and of the flags. */
  readonly texts: Texts
  /** What the flags have changed. */
  readonly changes: readonly Change[]
}

export const checkedSpec = async (
  file: string,
  said: Said = {},
): Promise<{ readonly source: CheckedSource; readonly spec?: Spec }> => {
  const source = readSource(file)
  const { spec, diagnostics, texts, changes } = await checkSource(source, said)
  const problems = diagnostics.filter(({ severity }) => severity !== "hint")
  if (problems.length > 0)
    process.stderr.write(`${render(problems, texts, { color: inColour() })}\n${summary(problems)} in ${file}\n`)
  const found = { source: { ...source, texts, changes } }
  return spec ? { ...found, spec } : found
}

/** A problem that only the plan could find, shown at its place in the spec. */
export const atPlace = (error: unknown, { texts }: Pick<CheckedSource, "texts">): unknown => {
  const { span, message, help } = (error ?? {}) as {
    span?: { file: string; start: number; end: number }
    message: string
    help: string
  }
  if (!span) return asError(error)
  process.stderr.write(
    `${render([diagnose("L2R0600", span, { problem: message, help })], texts, { color: inColour() })}\n`,
  )
  return undefined
}

/** What a verb that computes ends with where it fails: 1 for a problem that has been shown at its place. Else rejects, in short where steps failed. */
export const failed = async (error: unknown, source: Pick<CheckedSource, "texts">): Promise<1> => {
  const rest = atPlace(error, source)
  const { inShort, RunFailed } = await import("../run/failures.ts")
  if (rest instanceof RunFailed && process.env.L2R_DEBUG !== "1") throw inShort(rest)
  if (rest !== undefined) throw rest
  return 1
}

const inColour = (): boolean => process.stderr.isTTY === true && !process.env.NO_COLOR
