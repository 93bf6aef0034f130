/**
 * What the `use` lines of a spec bring. Their files are loaded by a process of its own (`editor/answers.ts`): one that
 * never ends is told by its line, and given up. Where that process ended, this one loads the file, and tells what ends it.
 */
import { clearTimeout, setTimeout } from "node:timers"
import type { BrokenRule, Use, Used } from "../dsl/index.ts"
import type { RuleQuestion } from "./plan/rules.ts"

/** Milliseconds after which it is said what is waited for, and after which it is given up. */
const TOLD = 2_000
const GIVEN_UP = 10_000

export interface Strangers {
  /** By alias. */
  readonly uses: Readonly<Record<string, Used>>
  readonly brokenRules: (question: RuleQuestion) => Promise<readonly BrokenRule[]>
  readonly close: () => void
}

/** `textOf`: of a file that says `use`, for the number of its line. */
export const strangersOf = async (
  lines: readonly Use[],
  directory: string,
  textOf: (file: string) => string,
): Promise<Strangers> => {
  if (lines.length === 0)
    return { uses: {}, brokenRules: (question) => rulesHere(question, directory), close: () => {} }
  const { asking } = await import("./editor/asking.ts")
  const asked = asking(GIVEN_UP)
  const nothing = { directory, uses: [], data: [], rules: [] }
  const usedIn = async (line: Use): Promise<Used> => {
    const timer = setTimeout(() => process.stderr.write(waiting(line, textOf)), TOLD)
    const answer = await asked.ask({ ...nothing, uses: [line.source] })
    clearTimeout(timer)
    if (answer === "ended") return usedHere(line.source, directory)
    return answer === "hung" ? { problem: HUNG.problem, help: HUNG.help } : answer.uses[0].used
  }
  const uses: Record<string, Used> = {}
  for (const line of lines) uses[line.alias] = await usedIn(line)
  return {
    uses,
    brokenRules: async (question) => {
      if (question.source === undefined) return rulesHere(question, directory)
      const answer = await asked.ask({ ...nothing, rules: [question] })
      return typeof answer === "string" ? [] : answer.broken[0]
    },
    close: asked.close,
  }
}

const HUNG = {
  problem: `it is not loaded after ${GIVEN_UP / 1000} s`,
  help: "look for a loop or an `await` at the top level of the file that never ends",
}

const waiting = ({ source, span }: Use, textOf: (file: string) => string): string => {
  const line = textOf(span.file).slice(0, span.start).split("\n").length
  return `${span.file}:${line}: waiting for the plugin file "${source}" to be loaded; given up after ${GIVEN_UP / 1000} s\n`
}

const rulesHere = async (question: RuleQuestion, directory: string) =>
  (await import("./plan/rules.ts")).brokenRules(question, directory)

const usedHere = async (source: string, directory: string): Promise<Used> => {
  const [{ loadSource }, { vocabularyOf }] = await Promise.all([
    import("./plugin/load.ts"),
    import("./plan/vocabulary.ts"),
  ])
  try {
    return vocabularyOf(await loadSource(source, directory))
  } catch (error) {
    const { message, help } = error as Error & { readonly help?: string }
    return { problem: message, ...(help ? { help } : {}) }
  }
}
