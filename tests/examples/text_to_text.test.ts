/** `examples/14_text_to_text`, made small: what samples that a model has written do for SAPT, LFPT5 and replay; the variants on the papers' streams check. */
import assert from "node:assert/strict"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { readSource } from "../../src/compile.ts"
import { checkSource } from "../../src/source.ts"
import { example, folder, ran } from "./shrunk.ts"

const place = mkdtempSync(join(tmpdir(), "l2r-text-"))
after(() => rmSync(place, { recursive: true, force: true }))

const skip =
  (process.versions.bun !== undefined || process.versions.deno !== undefined) &&
  "the same steps on each runtime: here tests/examples/smoke.test.ts, on Node these"

const SMALL = { "words[say, follow, oppose]": "words[say, oppose]", "epochs: 60": "epochs: 40" }

test("samples do what remembered texts do: the attention of earlier tasks stays, and replay keeps answers", {
  skip,
}, async () => {
  const source = example("14_text_to_text", SMALL)
  const { results, computed } = await ran(source, join(place, "store"), { finalStageOnly: true })
  const [{ summary }] = results.cells
  const of = (name: string): number => {
    const { rougeL, notDefined } = summary.find(({ row }) => row === name)!
    assert.equal(notDefined, undefined, name)
    return rougeL!.value
  }
  // In the table of the example the gap is of 60 points.
  assert.ok(of("shared") > of("forgetful") + 20, `sapt ${of("shared")}, without reflection ${of("forgetful")}`)
  assert.ok(of("remembered") > of("forgetful") + 20, `${of("remembered")}`)
  assert.ok(of("joint") > of("sequential") + 20, `sapt's joint training ${of("joint")}, sequential ${of("sequential")}`)
  assert.ok(of("rehearsed") > of("sequential"), `lfpt5 ${of("rehearsed")}, sequential ${of("sequential")}`)
  assert.ok(of("imagined") > of("sequential"), `er on samples ${of("imagined")}, sequential ${of("sequential")}`)
  const written = [...computed.values()].filter((step) => step.startsWith("generate:"))
  assert.equal(written.length, 2 + 1, "of each task by its writer, of the first by the strategy")
})

for (const name of readdirSync(join(folder, "14_text_to_text")).filter((file) => /^(?!rows|spec).*\.l2r$/.test(file)))
  test(`${name} checks`, async () => {
    const { diagnostics } = await checkSource(readSource(join(folder, "14_text_to_text", name)))
    const errors = diagnostics.filter(({ severity }) => severity === "error")
    assert.deepEqual(
      errors.map(({ code, message }) => `${code} ${message}`),
      [],
    )
  })
