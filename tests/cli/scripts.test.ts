/** Plays the scripts of this folder, one test each. */
import assert from "node:assert/strict"
import { readdirSync } from "node:fs"
import { test } from "node:test"
import { linesOf, readScript, wordsOf } from "./script.ts"
import { play } from "./stage.ts"

const missing: Readonly<Record<string, string | false>> = {
  unix: process.platform === "win32" && "needs a shell with ulimit",
  linux: process.platform !== "linux" && "Linux has /sys and /proc",
  awaits: process.versions.deno !== undefined && "Deno itself says that an await at the top level never ends",
  node:
    (process.versions.bun !== undefined || process.versions.deno !== undefined) &&
    "what it shows is the same on every runtime; Node plays it",
  user: (process.platform === "win32" || process.getuid?.() === 0) && "root and Windows write to read-only folders",
}

for (const name of readdirSync(new URL(".", import.meta.url))
  .filter((file) => file.endsWith(".txt"))
  .sort()) {
  const script = readScript(new URL(name, import.meta.url))
  const skip = script.needs.map((need) => missing[need]).find((reason) => reason !== false)
  test(`${name.slice(0, -4)}: ${script.title}`, { ...(skip ? { skip } : {}) }, () => play(script))
}

test("a script that does not go as written fails", () => {
  const outcome = (text: string) => () => play({ title: "", files: [], needs: [], lines: linesOf(text) })
  assert.throws(outcome("l2r --version\nexit 1"), /exit code 0, not 1/)
  assert.throws(outcome("l2r --version\nno stdout \\d"), /has/)
  assert.throws(outcome("l2r --version\nstdout nothing"), /lacks/)
  assert.throws(outcome("l2r --version\nexists nothing"), /nothing/)
  assert.throws(outcome("copy nothing"), /no folder nothing/)
  assert.throws(outcome("folder x"), /runs nothing/)
  assert.deepEqual(wordsOf('write x.l2r "a b\\u0000" 3'), ["write", "x.l2r", "a b\u0000", "3"])
})
