/**
 * A process of its own that does one thing and tells what it took: `alone.ts` with a job as JSON on standard input.
 * With {"idle": true} it loads what it needs for that, and does nothing.
 * Prints {"first": milliseconds until the first step was done, "peak": bytes} as JSON.
 */
import { readFileSync } from "node:fs"
import bert from "../../../plugins/backbones/bert/index.ts"
import { decoded } from "../../../src/plan/chosen.ts"
import type { Job } from "./job.ts"
import { prepare } from "./ours.ts"

type Asked = { readonly idle: true } | { readonly load: string } | (Job & { readonly steps: number })

const asked = JSON.parse(readFileSync(0, "utf8")) as Asked
let first = 0
if ("load" in asked) {
  const options = decoded(bert.options, {}, "backbone") as never
  const { parameters } = await bert.load(asked.load, options, { directory: process.cwd() })
  if (parameters < 1) throw new Error("nothing was loaded")
} else if (!("idle" in asked)) {
  const { run } = await prepare(asked)
  await run(1)
  first = performance.now()
  await run(asked.steps)
}
console.log(JSON.stringify({ first, peak: process.resourceUsage().maxRSS * 1024 }))
