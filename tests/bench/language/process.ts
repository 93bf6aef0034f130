/** `l2r check` as a whole process from the shipped bundle, in turn with an empty script of the same runtime. */
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { type Runtime, root } from "../../../src/cli/runtimes.mjs"
import { spread } from "./spread.ts"

const bundle = join(root, "dist", "l2r.mjs")
const spec = fileURLToPath(new URL("thirty.l2r", import.meta.url))

/** Milliseconds of both. Throws where the check fails. */
export const wholeProcess = ({ path, run }: Pick<Runtime, "path" | "run">, turns: number) => {
  const scratch = mkdtempSync(join(tmpdir(), "l2r-check-"))
  try {
    const empty = join(scratch, "empty.mjs")
    writeFileSync(empty, "export {}\n")
    const ours: number[] = []
    const least: number[] = []
    for (let turn = -2; turn < turns; turn++) {
      const [checked, nothing] = [time(path, [...run, bundle, "check", spec]), time(path, [...run, empty])]
      if (turn < 0) continue // warm caches
      ours.push(checked)
      least.push(nothing)
    }
    return { ours: spread(ours), empty: spread(least) }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

const time = (program: string, args: readonly string[]): number => {
  const started = performance.now()
  const { status, stderr } = spawnSync(program, args, { encoding: "utf8" })
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${status}\n${stderr}`)
  return performance.now() - started
}
