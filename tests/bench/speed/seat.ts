/** A worker thread that holds one session: prepares a job, then runs it as often as it is told. */
import { parentPort, workerData } from "node:worker_threads"
import type { Job } from "./job.ts"
import { prepare } from "./ours.ts"

const { run, flops } = await prepare(workerData as Job)
parentPort!.postMessage({ flops })
parentPort!.on("message", async (times: number) => {
  await run(times)
  parentPort!.postMessage("done")
})
