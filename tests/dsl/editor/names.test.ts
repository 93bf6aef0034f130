/** Definitions, references and renaming, in one file and across files that import each other. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { definitionAt, documentOf, referencesAt, renameAt } from "../../../dsl/editor/index.ts"
import { example } from "../example.ts"
import { edited, host, marked } from "./marked.ts"

const targetOf = (text: string): unknown => {
  const { document, offset } = marked(text)
  const found = definitionAt(document, offset)
  return found && ("file" in found ? found : document.text.slice(0, found.span.start).split("\n").length)
}

const definitions: readonly (readonly [string, unknown])[] = [
  ["memory few = random\nrouter a = l2r { memory: f|ew }", 1],
  ["router a = l2r\nrouter b = |a", 1],
  ["router a = l2r\n\nexperiment e { routers: [a], compare |a against b on accuracy }", 1],
  ["data d = jsonl\nstream s { tasks: [|d[t1]] }", 1],
  ["router a = l|2r", { file: "plugins/router/l2r.ts", plugin: "l2r" }],
  ["experiment e { bounds: [ora|cle] }", { file: "plugins/router/oracle.ts", plugin: "oracle" }],
  ['use "./x.ts" as mine\nrouter a = mine.rou|ter', { file: "at ./x.ts", plugin: "nearest_class" }],
  ['use "./x.ts" as mine\nrouter a = mi|ne.router', 1],
  ['use "./x|.ts" as mine', { file: "at ./x.ts" }],
  ["router a = l2r { aggregate: out|puts }", undefined],
]
for (const [text, expected] of definitions)
  test(`definition ${JSON.stringify(text)}`, () => assert.deepEqual(targetOf(text), expected))

test("references: the declaration first, then every place that says the name", () => {
  const { document, offset } = marked(
    "experiment e { routers: [a|b], compare ab.kept against [x] on accuracy }\nrouter ab = l2r\nrouter c = ab { memory: ab }",
  )
  const found = referencesAt(document, offset).map(({ start, end }) => [start, document.text.slice(start, end)])
  assert.deepEqual(
    found.map(([, text]) => text),
    ["ab", "ab", "ab", "ab"].concat(["ab"]).slice(0, found.length),
  )
  assert.equal(found[0][0], document.text.indexOf("router ab") + "router ".length)
  assert.equal(found.length, 5)
})

test("a new name stands wherever the old one stood, and nowhere else", () => {
  const document = documentOf(example, host)
  const edits = renameAt(document, example.indexOf("learnt"), "routed")
  assert.ok(!("problem" in edits))
  const text = edited(example, edits)
  assert.equal(text, example.replaceAll("learnt", "routed"))
  const back = renameAt(documentOf(text, host), text.indexOf("routed"), "learnt")
  assert.ok(!("problem" in back))
  assert.equal(edited(text, back), example)
})

test("an alias that was not said is said from then on", () => {
  const { document, offset } = marked('use "l2r-plugin-mine"\nrouter a = mi|ne.router')
  const edits = renameAt(document, offset, "theirs")
  assert.ok(!("problem" in edits))
  assert.equal(edited(document.text, edits), 'use "l2r-plugin-mine" as theirs\nrouter a = theirs.router')
})

test("a name that can't be, or is taken, is refused", () => {
  const problem = (text: string, name: string) => {
    const { document, offset } = marked(text)
    const edits = renameAt(document, offset, name)
    return "problem" in edits ? edits.problem : "none"
  }
  assert.match(problem("router |a = l2r", "1a"), /can't be a name/)
  assert.match(problem("router |a = l2r\nmemory b = random", "b"), /declared already/)
  assert.match(problem("router |a = l2r", "arrow"), /the name of a router plugin/)
  assert.match(problem("router a = l|2r", "b"), /nothing here/)
})

test("a name is followed through the files that import its file", () => {
  const texts: Record<string, string> = {
    "common.l2r": "language 1\nmemory few = random\n",
    "one.l2r": 'language 1\nimport "./common.l2r"\nrouter a = l2r { memory: few }\n',
    "two.l2r": 'language 1\nimport "./common.l2r"\nrouter b = l2r { memory: few }\n',
    "other.l2r": "language 1\nmemory few = random\n",
  }
  const open = (file: string) => (Object.hasOwn(texts, file) ? { text: texts[file] } : { problem: "there is none" })
  const documents = Object.entries(texts).map(([file, text]) => documentOf(text, { ...host, file, open }))
  const [common, one] = documents
  const definition = definitionAt(one, texts["one.l2r"].indexOf("few"))
  assert.deepEqual(definition, { span: { file: "common.l2r", start: 18, end: 21 } })
  for (const [document, at] of [
    [common, 18],
    [one, texts["one.l2r"].indexOf("few")],
  ] as const) {
    const edits = renameAt(document, at, "some", documents)
    assert.ok(!("problem" in edits))
    assert.deepEqual(edits.map(({ span }) => span.file).sort(), ["common.l2r", "one.l2r", "two.l2r"])
  }
  const taken = renameAt(common, 18, "b", documents)
  assert.ok("problem" in taken)
})
