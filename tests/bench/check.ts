/**
 * `l2r check` of a spec as a whole process, against an empty script, on each runtime that is found: how much of the time is ours.
 *
 *   node tests/bench/check.ts [SPEC] [--runs 9]
 */
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { find, title } from "../../src/cli/runtimes.mjs"

const { values, positionals } = parseArgs({
  options: { runs: { type: "string", default: "9" } },
  allowPositionals: true,
})
const repository = fileURLToPath(new URL("../../", import.meta.url))
const spec = positionals[0] ?? join(repository, "examples", "01_quickstart", "spec.l2r")
const scratch = mkdtempSync(join(tmpdir(), "l2r-check-"))
const empty = join(scratch, "empty.ts")
writeFileSync(empty, "export {}\n")

const median = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[times.length >> 1]

const time = (program: string, args: readonly string[]): number => {
  const started = performance.now()
  const { status, stderr } = spawnSync(program, args, { encoding: "utf8" })
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${status}\n${stderr}`)
  return performance.now() - started
}

console.log(`check of ${spec}, medians of ${values.runs} runs in turn`)
for (const kind of ["node", "bun", "deno"] as const) {
  const runtime: { readonly path: string; readonly version: string; readonly run: readonly string[] } | undefined =
    find(kind)
  if (!runtime) {
    console.log(`  ${title[kind]}: not found`)
    continue
  }
  const check = [...runtime.run, join(repository, "src", "cli", "main.ts"), "check", spec]
  const nothing = [...runtime.run, empty]
  for (const args of [check, nothing]) time(runtime.path, args) // warm caches
  const turns = Array.from(
    { length: Number(values.runs) },
    () => [time(runtime.path, check), time(runtime.path, nothing)] as const,
  )
  const [ours, least] = [median(turns.map(([checked]) => checked)), median(turns.map(([, none]) => none))]
  console.log(
    `  ${title[kind]} ${runtime.version}: ${ours.toFixed(0)} ms, empty script ${least.toFixed(0)} ms, ratio ${(ours / least).toFixed(2)}`,
  )
}
rmSync(scratch, { recursive: true, force: true })
