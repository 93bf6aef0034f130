/** A worker thread: performs the steps that it is given, one after the other, with its own backend. */
import { parentPort, workerData } from "node:worker_threads"
import { explained } from "./explanation.ts"
import type { Perform, Report, Seated } from "./messages.ts"
import { performer } from "./perform.ts"
import { onStray } from "./strays.ts"

const post = (report: Report): void => parentPort?.postMessage(report)

/** What a plugin throws outside of its promise (a timer, a forgotten await) ends its step, not the process. */
const stray = (cause: unknown): void => post({ type: "failed", ...explained(cause), stray: true })
onStray(stray)

const { sign, ...assignment } = workerData as Seated
const perform = performer(assignment, sign)
parentPort?.on("message", ({ step }: Perform) => {
  perform(step, post).then(post, stray)
})
