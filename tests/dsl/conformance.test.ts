/**
 * Corpora of specs that are right and of specs that are not, against the plugins that ship. `corpus/conformance.txt` holds
 * what is found in each and the counts; `UPDATE_EXPECTED=1 node --test tests/dsl/conformance.test.ts` writes it anew.
 */
import assert from "node:assert/strict"
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { test } from "node:test"
import { catalogue } from "../../dsl/diagnostics/catalogue.ts"
import { pages, runExample } from "../../dsl/explain/index.ts"
import { format, lossOf } from "../../dsl/format/index.ts"
import { check, linesOf, type Vocabulary } from "../../dsl/index.ts"
import { cases } from "./diagnostics.cases.ts"

const corpus = new URL("corpus/", import.meta.url)
const vocabulary = JSON.parse(readFileSync(new URL("../../dsl/vocabulary.json", import.meta.url), "utf8")) as Vocabulary
const tasks = ["living", "things", "mind", "happenings", "deeds"]

const specsIn = (folder: string) =>
  readdirSync(new URL(`${folder}/`, corpus))
    .filter((name) => name.endsWith(".l2r"))
    .sort()
    .map((name) => [name.slice(0, -4), readFileSync(new URL(`${folder}/${name}`, corpus), "utf8")] as const)

const checked = (folder: string, text: string, name: string) =>
  check(text, {
    file: `${name}.l2r`,
    vocabulary,
    tasksOf: () => tasks,
    open: (file) => {
      try {
        return { text: readFileSync(new URL(`${folder}/${file}`, corpus), "utf8") }
      } catch {
        return { problem: `there is no file ${file}` }
      }
    },
  })

const [good, broken] = ["good", "broken"].map((folder) =>
  specsIn(folder).map(([name, text]) => ({ name, text, ...checked(folder, text, name) })),
)

/** Codes with their places, in the order in which they are told. */
const found = ({ diagnostics, texts }: (typeof good)[number]): string =>
  diagnostics
    .map(({ code, span }) => {
      const { line, column } = linesOf(texts[span.file] ?? "").at(span.start)
      return `${code} ${span.file}:${line}:${column}`
    })
    .join(", ") || "nothing"

const counts = {
  "specs that are right": good.length,
  "specs that are not": broken.length,
  "codes in the catalogue": Object.keys(catalogue).length,
  "cases of codes": Object.values(cases).flat().length,
  "codes with a page": Object.keys(pages).length,
  "pages whose wrong example brings the code about": Object.entries(pages).filter(([code, page]) =>
    runExample(page.wrong, page, vocabulary).diagnostics.some((each) => each.code === code),
  ).length,
}
const snapshot = [
  ...Object.entries(counts).map(([what, count]) => `${what}: ${count}`),
  "",
  ...[...good, ...broken].map((each) => `${each.name}: ${found(each)}`),
  "",
].join("\n")
const place = new URL("conformance.txt", corpus)
if (process.env.UPDATE_EXPECTED) writeFileSync(place, snapshot)

test("what is found in the corpora, and how many cases there are", () => {
  assert.equal(snapshot, readFileSync(place, "utf8").replaceAll("\r\n", "\n"))
})

test("specs that are right check, the others do not", () => {
  for (const { name, spec, diagnostics } of good) {
    const errors = diagnostics.filter(({ severity }) => severity === "error")
    assert.deepEqual(errors, [], name)
    assert.ok(spec, name)
  }
  for (const { name, spec } of broken) assert.equal(spec, undefined, name)
})

test("formatting changes nothing of what is found, and loses nothing", () => {
  for (const { name, text, diagnostics } of [...good, ...broken]) {
    const { text: made } = format(text)
    assert.equal(lossOf(text, made), undefined, name)
    assert.equal(format(made).text, made, name)
    const folder = good.some((each) => each.text === text) ? "good" : "broken"
    const codes = (all: typeof diagnostics) => all.map(({ code }) => code).sort()
    assert.deepEqual(codes(checked(folder, made, name).diagnostics), codes(diagnostics), name)
  }
})
