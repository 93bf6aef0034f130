/** A worker thread that holds one session: prepares a job, then runs it as often as it is told. */
import { parentPort, workerData } from "node:worker_threads"
import { type Job, prepare } from "./ours.ts"

const run = await prepare(workerData as Job)
parentPort!.postMessage("ready")
parentPort!.on("message", async (times: number) => {
  await run(times)
  parentPort!.postMessage("done")
})
