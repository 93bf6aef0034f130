/**
 * Every code of the catalogue, as it is printed. `diagnostics.expected.txt` holds the renderings;
 * `UPDATE_EXPECTED=1 node --test tests/dsl/diagnostics.test.ts` writes it anew, to be read before it is committed.
 */
import assert from "node:assert/strict"
import { readFileSync, writeFileSync } from "node:fs"
import { test } from "node:test"
import { type Code, catalogue } from "../../dsl/diagnostics/catalogue.ts"
import { check, render } from "../../dsl/index.ts"
import { type Case, caseOf, cases, sound } from "./diagnostics.cases.ts"
import { mine, vocabulary } from "./vocabulary.fixture.ts"

const place = new URL("diagnostics.expected.txt", import.meta.url)
const options = {
  file: "spec.l2r",
  vocabulary,
  uses: { mine, broken: { problem: "it exports no plugin" } },
  tasksOf: () => ["t1", "t2", "t 3"],
}
/** The case of `mine.*` needs its `use` line. */
const withUse = (text: string) =>
  /= mine\./.test(text) ? text.replace("language 1\n", 'language 1\nuse "./my-router.ts" as mine\n') : text
const checked = (one: string | Case) => {
  const { text, files = {}, made, ...more } = caseOf(one)
  if (made) return { spec: undefined, diagnostics: [made], texts: { "spec.l2r": text } }
  const open = (file: string) => (file in files ? { text: files[file] } : { problem: `there is no file ${file}` })
  return check(withUse(text), { ...options, ...(more.factsOf ? { tasksOf: undefined } : {}), open, ...more })
}
/** Renderings of one code, without those of the two hundred that L2R0113 is about. */
const rendered = (code: string, one: string | Case): string => {
  const { diagnostics, texts } = checked(one)
  return render(code === "L2R0113" ? diagnostics.slice(-1) : diagnostics, texts, { hints: true })
}

const sections = Object.entries(cases).map(
  ([code, texts]) => [code, texts.map((one) => rendered(code, one)).join("\n")] as const,
)
if (process.env.UPDATE_EXPECTED)
  writeFileSync(place, sections.map(([code, text]) => `===== ${code}\n${text}`).join("\n"))
const expected = new Map(
  readFileSync(place, "utf8")
    .replaceAll("\r\n", "\n")
    .split(/^===== /m)
    .slice(1)
    .map((section) => {
      const end = section.indexOf("\n")
      return [section.slice(0, end), section.slice(end + 1)] as const
    }),
)

test("the spec that the cases build on is sound", () => {
  const { spec, diagnostics } = check(sound, options)
  assert.deepEqual(diagnostics, [])
  assert.ok(spec)
})

test("every code has a case, and every case brings about its code", () => {
  assert.deepEqual(Object.keys(cases).sort(), Object.keys(catalogue).sort())
  for (const [code, texts] of Object.entries(cases)) {
    for (const one of texts) {
      const { text } = caseOf(one)
      const { spec, diagnostics } = checked(one)
      const found = diagnostics.find((diagnostic) => diagnostic.code === code)
      assert.ok(found, `${code} is not among ${diagnostics.map((each) => each.code)} for ${text}`)
      assert.equal(found.severity, catalogue[code as Code].severity)
      assert.equal(
        spec === undefined,
        diagnostics.some(({ severity }) => severity === "error"),
      )
    }
  }
})

for (const [code, text] of sections) {
  test(`${code} is printed as expected`, () => {
    assert.equal(text.trimEnd(), expected.get(code)?.trimEnd())
  })
}
