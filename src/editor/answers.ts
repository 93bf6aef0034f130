/**
 * A process of its own that loads plugins and tells what the language server asks about them, a line a question: whatever
 * a plugin does (it throws, prints, ends the process, never returns), the server goes on.
 */
import { createInterface } from "node:readline"
import type { RuleQuestion } from "../plan/rules.ts"
import { onStray } from "../run/strays.ts"
import { type Answer, changedAt, type DataQuestion, MARK, type Question, type UseAnswer } from "./questions.ts"

const answer = async ({ id, directory, uses, data, rules }: Question): Promise<Answer> => {
  const used = await Promise.all(uses.map((source) => useAnswer(source, directory)))
  // What a file throws from a timer at once comes before the answer.
  if (uses.length > 0) await new Promise((resolve) => setTimeout(resolve, 10))
  return {
    id,
    uses: used,
    tasks: await Promise.all(data.map((one) => tasksOf(one, directory))),
    broken: await Promise.all(rules.map((one) => brokenIn(one, directory))),
  }
}

/** What each file was before it was loaded: it is loaded once, whatever becomes of it. */
const stamps = new Map<string, string>()

const useAnswer = async (source: string, directory: string): Promise<UseAnswer> => {
  const [{ loadFile, sourceFile }, { vocabularyOf }] = await Promise.all([
    import("../plugin/load.ts"),
    import("../plan/vocabulary.ts"),
  ])
  let known: Pick<UseAnswer, "file" | "stamp"> = {}
  try {
    const file = sourceFile(source, directory)
    const stamp = stamps.get(file) ?? changedAt(file)
    stamps.set(file, stamp)
    known = { file, stamp }
    return { ...known, used: vocabularyOf(await loadFile(file)) }
  } catch (error) {
    const { message, help } = error as Error & { readonly help?: string }
    return { ...known, used: { problem: message, ...(help ? { help } : {}) } }
  }
}

/** Nothing where the data can't be read: the run will say so. */
const tasksOf = async ({ plugin, source, location, folder, options }: DataQuestion, directory: string) => {
  const [{ loadPlugin, sourceFile }, { Schema }] = await Promise.all([
    import("../plugin/load.ts"),
    import("../plugin/index.ts"),
  ])
  try {
    const loaded = await loadPlugin("data", plugin, source === undefined ? undefined : sourceFile(source, directory))
    if (loaded.kind !== "data") return undefined
    return await loaded.tasks(location, Schema.decodeUnknownSync(loaded.options)(options), { directory: folder })
  } catch {
    return undefined
  }
}

const brokenIn = async (question: RuleQuestion, directory: string) => {
  try {
    return await (await import("../plan/rules.ts")).brokenRules(question, directory)
  } catch {
    return []
  }
}

// Bun would go on.
onStray(() => process.exit(1))

for await (const line of createInterface({ input: process.stdin }))
  process.stdout.write(`${MARK}${JSON.stringify(await answer(JSON.parse(line) as Question))}\n`)
