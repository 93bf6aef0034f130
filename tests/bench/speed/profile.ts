/** Where the time of a job goes, by operator, as onnxruntime's own profiler counts it: one session of one thread with nothing beside it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { compile } from "../../../plugins/backends/onnxruntime/index.ts"
import type { Session } from "../../../src/plugin/index.ts"
import type { Job } from "./job.ts"
import { prepare } from "./ours.ts"

/** Products of matrices: what is left is passes over memory. */
const PRODUCTS: ReadonlySet<string> = new Set([
  "Gemm",
  "Conv", // of single pixels: a product in blocks
  "MatMul",
  "FusedMatMul",
  "MatMulInteger",
  "MatMulIntegerToFloat",
])

export interface Profile {
  /** Of the time inside operators, at most 1: that of matrix products. */
  readonly products: number
  /** Shares of all operators, the largest first. */
  readonly operators: readonly (readonly [operator: string, share: number])[]
}

export const profiled = async (job: Job, times: number): Promise<Profile> => {
  const folder = mkdtempSync(join(tmpdir(), "l2r-profile-"))
  try {
    const runtime = await import("onnxruntime-node")
    const sessions: Session[] = []
    const settings = { threads: 1, provider: "cpu", weights: job.weights ?? "float32" } as const
    const { run } = await prepare(job, {
      compile: async (program, usage) => {
        const to = { enableProfiling: true, profileFilePrefix: join(folder, String(sessions.length)) }
        const session = await compile(runtime, program, { ...settings, ...usage }, to)
        sessions.push(session)
        return session
      },
    })
    await run(times)
    for (const session of sessions) await session.release() // which writes its profile
    return sharesOf(readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), "utf8"))))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Event {
  readonly cat: string
  readonly name: string
  readonly dur: number
  readonly args: { readonly op_name: string }
}

const sharesOf = (profiles: readonly (readonly Event[])[]): Profile => {
  const spent = new Map<string, number>()
  for (const { cat, name, dur, args } of profiles.flat())
    if (cat === "Node" && name.endsWith("_kernel_time")) spent.set(args.op_name, (spent.get(args.op_name) ?? 0) + dur)
  const all = [...spent.values()].reduce((sum, time) => sum + time, 0)
  const operators = [...spent].map(([name, time]) => [name, time / all] as const).sort(([, a], [, b]) => b - a)
  const products = operators.reduce((sum, [name, share]) => (PRODUCTS.has(name) ? sum + share : sum), 0)
  return { products, operators }
}
