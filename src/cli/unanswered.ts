/** Ends of the process that no verb wants, and none that it should have: an exception that nobody catches, `process.exit` in a plugin, an `await` that never ends. */
import { writeSync } from "node:fs"
import { setTimeout } from "node:timers"
import { onStray } from "../run/strays.ts"

/** Milliseconds that what still runs after the answer is left. */
const GRACE = 2_000

/** Watches a verb until the function that it gives is called with the exit code. `explain` says what was thrown. */
export const watchOver = (verb: string, explain: (cause: unknown) => Promise<number>): ((code: number) => void) => {
  let answered = false
  const complain = (what: string, help: string): void => {
    answered = true
    process.exitCode = 1
    try {
      writeSync(2, `error: ${what}\n  help: ${help}\n`)
    } catch {}
  }
  let strayed = false
  onStray((cause) => {
    if (strayed) return
    strayed = answered = true
    void explain(cause).then((code) => process.exit(code))
  })
  process.on("beforeExit", () => {
    if (!answered)
      complain(
        `${verb} has no answer, and nothing is left to wait for`,
        "a promise never ends: look for an `await` at the top level of the plugin files that the spec uses",
      )
  })
  process.on("exit", (code) => {
    if (!answered && code === 0)
      complain(
        `the process was ended before ${verb} had an answer`,
        "look for `process.exit` in the plugin files that the spec uses: a plugin throws an Error instead",
      )
  })
  return (code) => {
    if (strayed) return
    answered = true
    process.exitCode = code
    endSoon(code)
  }
}

/** A timer that a plugin has started and never stops would keep the process for ever. */
const endSoon = (code: number): void => {
  setTimeout(() => {
    if (process.stdout.writableLength > 0) endSoon(code)
    else process.exit(code)
  }, GRACE).unref()
}
