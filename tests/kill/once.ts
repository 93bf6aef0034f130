/** One run in a process of its own, watched through its journal, perhaps killed. */
import { spawn } from "node:child_process"
import { existsSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { RunEvent } from "../../src/run/events.ts"
import { journalled } from "../../src/run/journal.ts"

export interface Ended {
  readonly code: number | null
  readonly output: string
  readonly events: readonly RunEvent[]
}

/** Sees an event about as soon as it happens, and may kill. */
export type Watch = (event: RunEvent, kill: () => void) => void

/** Milliseconds between two looks at the journal. */
const LOOK = 2

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const onRuntime = "Deno" in globalThis ? ["run", "-A", "--no-check", "--no-lock"] : []

/** Runs a spec, or the toy plan of tests/run, with its store, results and journal in the folder `place`. */
export const runOnce = (spec: string | "toy", place: string, watch: Watch = () => {}): Promise<Ended> =>
  new Promise((resolve) => {
    const [store, out, journal] = [join(place, "store"), join(place, "out"), join(place, "events.jsonl")]
    const command =
      spec === "toy"
        ? [here("../run/toy_run.ts"), store, journal]
        : [here("../../src/cli/main.ts"), "run", spec, "--store", store, "--out", out, "--events", journal]
    rmSync(journal, { force: true })
    const child = spawn(process.execPath, [...onRuntime, ...command], { stdio: ["ignore", "pipe", "pipe"] })
    let output = ""
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text
      })
    let seen: readonly RunEvent[] = []
    const look = (): void => {
      const events = existsSync(journal) ? journalled(readFileSync(journal, "utf8")) : []
      const fresh = events.slice(seen.length)
      seen = events
      for (const event of fresh) watch(event, () => void child.kill("SIGKILL"))
    }
    const timer = setInterval(look, LOOK)
    child.on("close", (code) => {
      clearInterval(timer)
      look()
      resolve({ code, output, events: seen })
    })
  })

/** Keys of the steps that have begun and not ended. */
export const underWay = (events: readonly RunEvent[]): ReadonlySet<string> => {
  const open = new Set<string>()
  for (const event of events) {
    if (event.type === "started") open.add(event.key)
    if (event.type === "finished" || event.type === "failed") open.delete(event.key)
  }
  return open
}
