/** A syntax error hides no error of another block, and causes no false one in its own. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { check } from "../../dsl/index.ts"
import { sound } from "./diagnostics.cases.ts"
import { example } from "./example.ts"
import { mine, vocabulary } from "./vocabulary.fixture.ts"

/** Codes with what they point at. */
const found = (text: string) =>
  check(text, { file: "spec.l2r", vocabulary, uses: { mine } }).diagnostics.map(
    ({ code, span }) => `${code} ${text.slice(span.start, span.end)}`,
  )

const table: readonly (readonly [what: string, lines: string, expected: readonly string[]])[] = [
  [
    "errors before and after a broken block",
    "adapter a = lora { rnak: 8 }\nadapter b = lora { rank = 8 }\nadapter c = lora { rnak: 8 }",
    ["L2R0401 rnak", "L2R0110 =", "L2R0401 rnak"],
  ],
  [
    "a block that never ends",
    "adapter a = lora {\n  rank: 8\nrouter r = l2r { memry: few }",
    ["L2R0107 {", "L2R0401 memry"],
  ],
  [
    "a list that never ends, on lines",
    "adapter a = lora {\n  targets: [query,\n  rnak: 8\n}",
    ["L2R0107 [", "L2R0401 rnak"],
  ],
  [
    "a list that never ends, on one line",
    "adapter a = lora { targets: [query, rnak: 8 }",
    ["L2R0107 [", "L2R0401 rnak"],
  ],
  [
    "two broken options and a good one",
    "adapter a = lora { rank 8, alpha: -1, targets: , dropout: 2 }",
    ["L2R0110 8", "L2R0405 -1", "L2R0110 ,", "L2R0405 2"],
  ],
  ["a required option that may be the broken one", "adapter a = masked { shaer 0.5 }", ["L2R0110 0.5"]],
  ["a required option that is misspelt", "adapter a = masked { shaer: 0.5 }", ["L2R0401 shaer"]],
  [
    "a reference to a broken declaration",
    "memory m = random { per_class 5 }\nrouter r = l2r { memory: m }",
    ["L2R0110 5"],
  ],
  [
    "a reference to a declaration of a misspelt kind",
    "memry m = random { per_class: 5 }\nrouter r = l2r { memory: m }",
    ["L2R0112 memry"],
  ],
  [
    "a reference to a declaration of an unknown kind",
    "thing m = random { per_class: 5 }\nrouter r = l2r { memory: m }",
    ["L2R0112 thing"],
  ],
  ["a word that begins a line of its own, with a declaration's rest", "use x = y\nmemory m = random", ["L2R0110 x"]],
  ["the same of the language", "language x { }\nmemory m = random", ["L2R0110 x"]],
  [
    "a word `sweep` at the end of an option",
    "router r = l2r { sweep: sweep\n  memory: m }",
    ["L2R0401 sweep", "L2R0304 m"],
  ],
  ["a reference where a name is lost", "memory = random { per_class: 5 }\nrouter r = l2r { memory: m }", ["L2R0110 ="]],
  [
    "an extension of a broken declaration",
    "adapter a = masked { share 1 }\nadapter b = a { width: 3 }",
    ["L2R0110 1", "L2R0401 width"],
  ],
  [
    "an extension of one with an unknown plugin",
    "adapter a = lorra { x: 1 }\nadapter b = a { y: 3 }",
    ["L2R0304 lorra"],
  ],
  ["an alias whose line is broken", 'use "./x.ts as mine\nrouter r = mine.router', ['L2R0102 "./x.ts as mine']],
  ["an alias whose line begins with a misspelt word", 'ues "./x.ts" as mine\nrouter r = mine.router', ["L2R0112 ues"]],
  [
    "a comparison with a router that is not known",
    "experiment e { on: encoder, stream: domains, adapters: low_rank, train: fast, routers: [learnt, neerest], compare neerest against learnt on accuracy }",
    ["L2R0304 neerest"],
  ],
  ["a sign without meaning in one option", "adapter a = lora { rank: $8, alpha: -1 }", ["L2R0101 $", "L2R0405 -1"]],
  ["something after a block", "adapter a = lora { rank: 8 } memory m = random { per_clas: 5 }", ["L2R0401 per_clas"]],
  [
    "an error in what is extended, told once",
    "adapter a = lora { rnak: 8 }\nadapter b = a { }\nadapter c = b { alpha: -1 }",
    ["L2R0401 rnak", "L2R0405 -1"],
  ],
  ["a header over two lines", "adapter a =\n  lora { rnak: 8 }", ["L2R0401 rnak"]],
  ["a word in a list where an option can't be", "adapter a = lora { targets: [query, value: 3] }", ["L2R0110 :"]],
]

for (const [what, lines, expected] of table) {
  test(what, () => assert.deepEqual(found(`${sound}${lines}\n`), expected))
}

test("a file cut anywhere has errors where it is cut, and none before", () => {
  for (let end = 0; end < example.length; end += 7) {
    const text = example.slice(0, end)
    const last = text.slice(0, -1).search(/\n(?=\w[^\n]*(\n\s[^\n]*|\n\})*$)/)
    for (const { code, severity, span } of check(text, { file: "f", vocabulary, uses: { mine } }).diagnostics) {
      assert.ok(severity !== "error" || span.end >= last, `${code} at ${span.start} of ${text}`)
    }
  }
})
