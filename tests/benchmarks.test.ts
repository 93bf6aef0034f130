/** The benchmarks are no part of the suite; that they can be asked for help, and say what is wrong with a flag, is. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { find } from "../src/cli/runtimes.mjs"

const node = find("node") ?? { path: process.execPath }
const here = ("bun" in process.versions || "deno" in process.versions) && "the benchmarks run on Node"

for (const name of ["speed/run", "speed/memory", "speed/routers", "speed/replay", "speed/blocks", "language/run"])
  test(`bench ${name}: --help names every flag and measures nothing; a wrong flag is told in a line`, {
    skip: here,
  }, () => {
    const file = join(import.meta.dirname, "bench", `${name}.ts`)
    const run = (flag: string) => spawnSync(node.path, [file, flag], { encoding: "utf8" })
    const { status, stdout } = run("--help")
    assert.equal(status, 0)
    const [, flags] = /flagsOf\(\s*\{([\s\S]*?)\n {2}\},/.exec(readFileSync(file, "utf8"))!
    const names = [...flags.matchAll(/^ {4}(\w+):/gm)].map(([, flag]) => flag)
    assert.ok(names.length >= 2)
    for (const flag of names) assert.ok(stdout.includes(`--${flag}`), flag)
    const wrong = run("--hepl")
    assert.equal(wrong.status, 2)
    assert.match(wrong.stderr, /Unknown option '--hepl'\n {2}help: --help says/)
    assert.doesNotMatch(wrong.stderr, /^\s+at /m)
  })

test("ten thousand training steps leave nothing behind", { skip: here }, () => {
  const { status, stdout } = spawnSync(node.path, [join(import.meta.dirname, "bench", "long_training.ts")], {
    encoding: "utf8",
  })
  assert.equal(status, 0, stdout)
  assert.match(stdout, /^10000 steps: \d+ MB$/m)
})
