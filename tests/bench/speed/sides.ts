/** The two sides of a row as things that run on call: our workers, and Python processes. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { Worker } from "node:worker_threads"
import type { Job } from "./job.ts"

export interface Side {
  /** How it runs, for the table. */
  readonly how: string
  /** Its products are less exact than float32. */
  readonly rounded?: boolean
  /** It was told what it does not do by itself. */
  readonly told?: boolean
  /** Operations of a unit; 0 where they are not counted. */
  readonly flops: number
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
  const [[{ flops }]] = await Promise.all(workers.map((worker) => once(worker, "message")))
  return {
    how: "",
    flops,
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

/** What PyTorch does besides running operator after operator in float32. */
export interface Way {
  readonly compile?: boolean
  readonly autocast?: boolean
  /** What `l2r run` asks glibc for by itself. */
  readonly hugePages?: boolean
}

export type PythonJob = Job & Way & { readonly grouped?: boolean }

/** `processes` of them side by side, each with its threads. Rejects with PyTorch's words where it cannot do the job. */
export const pytorch = async (python: string, job: PythonJob, processes: number): Promise<Side> => {
  const peers = Array.from({ length: processes }, () => talk(python, job.hugePages))
  const end = async () => peers.map((peer) => peer.process.kill())
  const threads = processes === 1 ? `one process of ${job.threads} threads` : `${processes} processes of one thread`
  try {
    await Promise.all(peers.map((peer) => peer.ask({ prepare: job })))
  } catch (error) {
    await end()
    throw error
  }
  return {
    how: `${job.compile ? "torch.compile, " : ""}${job.hugePages ? "told to ask for huge pages, " : ""}${job.autocast ? "bfloat16 autocast, " : ""}${threads}`,
    rounded: job.autocast === true,
    told: job.hugePages === true,
    flops: 0,
    run: async (times) => {
      const started = performance.now()
      await Promise.all(peers.map((peer) => peer.ask({ run: times })))
      return (performance.now() - started) / 1000 / times / processes
    },
    end,
  }
}

interface Talk {
  readonly process: ChildProcess
  readonly ask: (line: object) => Promise<Readonly<Record<string, unknown>>>
}

const { GLIBC_TUNABLES: asked, ...plainEnvironment } = process.env

/** The environment without the huge pages that this process has asked for. */
export { plainEnvironment }
/** Whether it has asked for them. */
export const hasHugePages = asked !== undefined

/** `hugePages`: asks for them as this process does; by itself it does not. */
export const talk = (python: string, hugePages = false): Talk => {
  const child = spawn(python, [fileURLToPath(new URL("./peers.py", import.meta.url))], {
    stdio: ["pipe", "pipe", "inherit"],
    env: hugePages ? process.env : plainEnvironment,
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    process: child,
    ask: async (line) => {
      child.stdin.write(`${JSON.stringify(line)}\n`)
      const { value, done } = await lines.next()
      if (done) throw new Error(`${python} peers.py ended early`)
      const answer = JSON.parse(value)
      if (answer.error) throw new Error(answer.error)
      return answer
    },
  }
}
