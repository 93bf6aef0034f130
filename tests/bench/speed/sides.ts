/** The two sides of a row as things that run on call: our workers, and a Python process. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { Worker } from "node:worker_threads"
import type { Job } from "./ours.ts"

export interface Side {
  /** Seconds that one unit takes, when `times` units are run. */
  readonly run: (times: number) => Promise<number>
  readonly end: () => Promise<unknown>
}

/** As many sessions of one thread as there are seats, side by side, as modules of a run are: seconds per unit of all together. */
export const ours = async (job: Job, seats: number): Promise<Side> => {
  const workers = Array.from(
    { length: seats },
    () => new Worker(new URL("./seat.ts", import.meta.url), { workerData: job }),
  )
  await Promise.all(workers.map((worker) => once(worker, "message")))
  return {
    run: async (times) => {
      const started = performance.now()
      await Promise.all(
        workers.map((worker) => {
          const done = once(worker, "message")
          worker.postMessage(times)
          return done
        }),
      )
      return (performance.now() - started) / 1000 / times / seats
    },
    end: () => Promise.all(workers.map((worker) => worker.terminate())),
  }
}

/** `processes` of them side by side, each with its threads. */
export const pytorch = async (
  python: string,
  job: Job & { readonly grouped?: boolean },
  processes: number,
): Promise<Side> => {
  const peers = Array.from({ length: processes }, () => talk(python))
  await Promise.all(peers.map((peer) => peer.ask({ prepare: job })))
  return {
    run: async (times) => {
      const started = performance.now()
      await Promise.all(peers.map((peer) => peer.ask({ run: times })))
      return (performance.now() - started) / 1000 / times / processes
    },
    end: async () => peers.map((peer) => peer.process.kill()),
  }
}

const talk = (python: string): { readonly process: ChildProcess; readonly ask: (line: object) => Promise<object> } => {
  const child = spawn(python, [fileURLToPath(new URL("./peers.py", import.meta.url))], {
    stdio: ["pipe", "pipe", "inherit"],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    process: child,
    ask: async (line) => {
      child.stdin.write(`${JSON.stringify(line)}\n`)
      const { value, done } = await lines.next()
      if (done) throw new Error(`${python} peers.py ended early`)
      return JSON.parse(value)
    },
  }
}
