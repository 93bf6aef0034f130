/** Asks the process of `answers.ts`; starts it when there is a question, anew when a plugin's file has changed, and ends it when it hangs. */

import { type ChildProcess, spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { clearTimeout, setTimeout } from "node:timers"
import { fileURLToPath } from "node:url"
import { current } from "../cli/runtimes.mjs"
import { type Answer, changedAt, MARK, type Question } from "./questions.ts"

/** Milliseconds after which a plugin that has not told its options is given up. */
const PATIENCE = 20_000

/** Why there is no answer: the process ended by itself, or was given up. */
export type Unanswered = "ended" | "hung"

export interface Asking {
  readonly ask: (question: Omit<Question, "id">) => Promise<Answer | Unanswered>
  readonly close: () => void
}

export const asking = (patience = PATIENCE): Asking => {
  let child: ChildProcess | undefined
  let lastId = 0
  const waiting = new Map<number, (answer: Answer | Unanswered) => void>()
  /** Files that the process has loaded, with what they were before. */
  const loaded = new Map<string, string>()

  const end = (process = child, why: Unanswered = "ended") => {
    if (process !== child) return
    child?.kill("SIGKILL")
    child?.stdout?.destroy()
    child = undefined
    loaded.clear()
    for (const [id, resolve] of waiting) {
      waiting.delete(id)
      resolve(why)
    }
  }

  const start = (): ChildProcess => {
    const { path, run } = current()
    const started = spawn(path, [...run, fileURLToPath(new URL("answers.ts", import.meta.url))], {
      stdio: ["pipe", "pipe", "ignore"],
    })
    started.on("error", () => end(started))
    started.on("exit", () => end(started))
    started.stdin!.on("error", () => {})
    createInterface({ input: started.stdout! }).on("line", (line) => {
      // A plugin may have printed without a line break before.
      const at = line.indexOf(MARK)
      if (at < 0) return
      const answer = JSON.parse(line.slice(at + MARK.length)) as Answer
      for (const { file, stamp } of answer.uses) if (file !== undefined) loaded.set(file, stamp as string)
      waiting.get(answer.id)?.(answer)
      waiting.delete(answer.id)
    })
    started.unref()
    return started
  }

  return {
    ask: (question) => {
      if ([...loaded].some(([file, time]) => changedAt(file) !== time)) end()
      const id = ++lastId
      return new Promise((resolve) => {
        const timer = setTimeout(() => end(child, "hung"), patience)
        waiting.set(id, (answer) => {
          clearTimeout(timer)
          resolve(answer)
        })
        child ??= start()
        child.stdin!.write(`${JSON.stringify({ ...question, id })}\n`)
      })
    },
    close: () => end(),
  }
}
