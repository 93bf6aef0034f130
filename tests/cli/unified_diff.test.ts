/** Differences are minimal, and put back together they give both texts. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import fc from "fast-check"
import { unifiedDiff } from "../../src/cli/unified_diff.ts"

test("as `diff -u` writes it", () => {
  const before = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\n"
  assert.equal(
    unifiedDiff("f", before, before.replace("b\n", "B\n").replace("k\n", "k\nl\n")),
    "--- f\n+++ f (formatted)\n@@ -1,5 +1,5 @@\n a\n-b\n+B\n c\n d\n e\n@@ -9,3 +9,4 @@\n i\n j\n k\n+l\n",
  )
  assert.equal(
    unifiedDiff("f", "a", "a\n"),
    "--- f\n+++ f (formatted)\n@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a\n",
  )
  assert.equal(unifiedDiff("f", "", "a\n"), "--- f\n+++ f (formatted)\n@@ -0,0 +1,1 @@\n+a\n")
  assert.equal(unifiedDiff("f", before, before), "")
})

const line = fc.constantFrom("a\n", "b\n", "c\n", "\n")
const text = fc.array(line, { maxLength: 25 }).map((lines) => lines.join(""))

/** Length of the longest common subsequence of lines. */
const common = (a: readonly string[], b: readonly string[]): number => {
  let row: number[] = new Array(b.length + 1).fill(0)
  for (const x of a) {
    const next = [0]
    b.forEach((y, j) => next.push(x === y ? row[j] + 1 : Math.max(row[j + 1], next[j])))
    row = next
  }
  return row[b.length]
}

test("the shortest edit, by counting", () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      const changed = unifiedDiff("f", before, after)
        .split("\n")
        .slice(2)
        .filter((each) => /^[+-]/.test(each)).length
      const [a, b] = [before.match(/.*\n/g) ?? [], after.match(/.*\n/g) ?? []]
      assert.equal(changed, a.length + b.length - 2 * common(a, b))
    }),
    { numRuns: 300, seed: 1 },
  )
})

const hasPatch = spawnSync("patch", ["--version"]).status === 0

test("`patch` makes the one of the other", { skip: !hasPatch && "patch is not installed" }, () => {
  const folder = mkdtempSync(join(tmpdir(), "l2r-diff-"))
  const file = join(folder, "f")
  for (const [before, after] of fc.sample(fc.tuple(text, text), { numRuns: 15, seed: 2 })) {
    writeFileSync(file, before)
    const input = unifiedDiff("f", before, after)
    if (input === "") continue
    const { status, stdout } = spawnSync("patch", ["-s", "f"], { cwd: folder, input, encoding: "utf8" })
    assert.equal(status, 0, stdout)
    // Where nothing is left, it may remove the file.
    if (after !== "") assert.equal(readFileSync(file, "utf8"), after)
    else writeFileSync(file, "")
  }
  rmSync(folder, { recursive: true })
})
