/** The first example, made small, from the command line, on the runtime that runs this test: the one example that all three run. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { fileURLToPath } from "node:url"
import type { Results } from "../../src/learning/results.ts"
import { isResultsProblem, readResults } from "../../src/report/index.ts"
import { example, SMALL } from "./shrunk.ts"

const place = mkdtempSync(join(tmpdir(), "l2r-smoke-"))
after(() => rmSync(place, { recursive: true, force: true }))

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url))

const l2r = (...args: readonly string[]): string => {
  const before = "Deno" in globalThis ? ["run", "-A", "--no-check", "--no-lock"] : []
  const { status, stdout, stderr } = spawnSync(process.execPath, [...before, main, ...args], {
    cwd: place,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  })
  assert.equal(status, 0, stdout + stderr)
  return stdout
}

const resultsIn = (folder: string): Results => {
  const file = join(place, folder, "results.json")
  const results = readResults(readFileSync(file, "utf8"), file)
  assert.ok(!isResultsProblem(results), JSON.stringify(results))
  return results
}

test("the quickstart, made small: checked, run, and started again", () => {
  writeFileSync(join(place, "quick.l2r"), example("01_quickstart", SMALL).text)
  assert.match(l2r("check", "quick.l2r"), /no problems/)
  const table = l2r("run", "quick.l2r", "--store", "store", "--out", "first")
  for (const row of ["learnt", "spectral", "nearest", "nearest_full", "uniform", "unrouted", "oracle", "sequential"])
    assert.match(table, new RegExp(`\\b${row}\\b`))
  const first = resultsIn("first")
  assert.ok(first.provenance.steps.every(({ cached }) => !cached))
  assert.match(readFileSync(join(place, "first", "report.html"), "utf8"), /^<!doctype html>/i)

  l2r("run", "quick.l2r", "--store", "store", "--out", "second")
  const second = resultsIn("second")
  assert.deepEqual(
    second.provenance.steps.filter(({ cached }) => !cached),
    [],
  )
  assert.deepEqual(second.cells, first.cells)

  // One router more: the plan has its own fits and evaluations to do, and the table; no training, and no pass that is stored.
  const more = example("01_quickstart", {
    ...SMALL,
    "router spectral": "router merged = learnt { aggregate: parameters }\nrouter spectral",
    "[learnt, spectral, nearest, nearest_full]": "[learnt, merged, spectral, nearest, nearest_full]",
  })
  writeFileSync(join(place, "more.l2r"), more.text)
  const planned = l2r("plan", "more.l2r", "--store", "store").split("\n")
  const todo = planned.filter((line) => line.startsWith("to do "))
  const own = todo.filter((line) => /^to do {3}\w{12} {2}(fit|encode|evaluate) .* merged /.test(line))
  assert.equal(own.length, 2 * 2 * 3, "heads, stages, kinds")
  assert.deepEqual(
    todo.filter((line) => !own.includes(line)).map((line) => line.slice(22, 28)),
    ["scores"],
  )
  assert.equal(planned.filter((line) => /^cached {2}\w{12} {2}module /.test(line)).length, 2)
})
