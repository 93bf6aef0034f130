/** Three thousand texts; `node tests/fuzz/language.ts` tries as many as one likes. */
import assert from "node:assert/strict"
import { readdirSync, readFileSync } from "node:fs"
import { test } from "node:test"
import fc from "fast-check"
import { format, lossOf } from "../../dsl/format/index.ts"
import { holds, holdsFormat } from "../fuzz/hold.ts"
import { shrink } from "../fuzz/shrink.ts"
import { kinds } from "../fuzz/specs.ts"

const numRuns = { grammatical: 600, damaged: 500, soup: 1000, noise: 800, extreme: 100 } as const

for (const [name, arbitrary] of Object.entries(kinds)) {
  test(`texts: ${name}`, () => {
    fc.assert(fc.property(arbitrary, holds), { numRuns: numRuns[name as keyof typeof numRuns], seed: 11 })
  })
}

test("texts that once failed", () => {
  const folder = new URL("../fuzz/found/", import.meta.url)
  const names = readdirSync(folder)
  assert.ok(names.length > 0)
  for (const name of names) holds(JSON.parse(readFileSync(new URL(name, folder), "utf8")) as string)
})

test("what fails is shrunk to what makes it fail", () => {
  const text = 'adapter a = lora { rank: 8 }\nrouter b = l2r { memory: "x" }\n'
  assert.equal(
    shrink(text, (one) => /\{[\s\S]*"/.test(one)),
    '{"',
  )
  assert.equal(
    shrink(text, (one) => one.split("a").length > 3),
    "aaa",
  )
  assert.equal(
    shrink("x", () => true),
    "",
  )
})

test("a hundred kilobytes of one thing", () => {
  for (const piece of ["adapter a = lora { rank: 8 }\n", "[", '"', "x, "]) {
    const long = piece.repeat(Math.ceil(1e5 / piece.length))
    assert.equal(lossOf(long, format(long).text), undefined)
    assert.ok(format(`adapter a = lora { targets: [${long}\n] }\n`).text.length >= long.length)
  }
  holdsFormat(`adapter a = lora {\n${"rank: 8 # x\n\n".repeat(8000)}}`)
})
