/** The TextMate grammar is that of the tokens, and colours what it should. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { textmateGrammar } from "../../dsl/editor/textmate.ts"
import { KINDS } from "../../dsl/kinds.ts"
import { grammarFile, grammarText } from "../../src/editor/write_grammar.ts"
import { example } from "../dsl/example.ts"
import { scopesOf } from "./scopes.ts"

const scopes = (text: string) => scopesOf(text, textmateGrammar.patterns).map(([piece, scope]) => `${piece} ${scope}`)

test("the grammar in the extension is the one that the tokens make (node src/editor/write_grammar.ts)", () => {
  assert.equal(readFileSync(grammarFile, "utf8"), grammarText)
})

const cases: readonly (readonly [string, readonly string[]])[] = [
  ["language 1", ["language keyword.control", "1 constant.numeric"]],
  [
    'use "./x.ts" as mine # why',
    [
      "use keyword.control.import",
      '"./x.ts" string.quoted.double',
      "as keyword.control.import",
      "mine entity.name.namespace",
      "# why comment.line.number-sign",
    ],
  ],
  [
    "router custom = mine.router { rank: 8 }",
    [
      "router storage.type",
      "custom entity.name.type",
      "= keyword.operator.assignment",
      "mine entity.name.namespace",
      ". punctuation.accessor",
      "router support.class",
      "{ punctuation.section.block",
      "rank support.type.property-name",
      ": punctuation.separator",
      "8 constant.numeric",
      "} punctuation.section.block",
    ],
  ],
  [
    "  stream: on, metric: compare,",
    [
      "stream support.type.property-name",
      ": punctuation.separator",
      "on variable.other",
      ", punctuation.separator",
      "metric support.type.property-name",
      ": punctuation.separator",
      "compare variable.other",
      ", punctuation.separator",
    ],
  ],
  [
    "  compare a.kept against [b] on accuracy",
    [
      "compare keyword.other",
      "a variable.other",
      ". punctuation.separator",
      "kept variable.other",
      "against keyword.other",
      "[ punctuation.section.brackets",
      "b variable.other",
      "] punctuation.section.brackets",
      "on keyword.other",
      "accuracy variable.other",
    ],
  ],
  [
    "rank: sweep [4, 8]",
    [
      "rank support.type.property-name",
      ": punctuation.separator",
      "sweep keyword.operator.sweep",
      "[ punctuation.section.brackets",
      "4 constant.numeric",
      ", punctuation.separator",
      "8 constant.numeric",
      "] punctuation.section.brackets",
    ],
  ],
  [
    "seeds: 1..3",
    [
      "seeds support.type.property-name",
      ": punctuation.separator",
      "1 constant.numeric",
      ".. keyword.operator.range",
      "3 constant.numeric",
    ],
  ],
  [
    "orders: shuffled(3)",
    [
      "orders support.type.property-name",
      ": punctuation.separator",
      "shuffled support.function",
      "( punctuation.section.parens",
      "3 constant.numeric",
      ") punctuation.section.parens",
    ],
  ],
  [
    'text: "a \\" # \\q"',
    [
      "text support.type.property-name",
      ": punctuation.separator",
      '"a string.quoted.double',
      '\\" constant.character.escape',
      "# string.quoted.double",
      "\\q invalid.illegal.escape",
      '" string.quoted.double',
    ],
  ],
  ["bias: true", ["bias support.type.property-name", ": punctuation.separator", "true constant.language"]],
  ["naïve_é: 5%", ["naïve_é support.type.property-name", ": punctuation.separator", "5% constant.numeric"]],
]
for (const [line, expected] of cases) test(`scopes of ${line}`, () => assert.deepEqual(scopes(line), expected))

test("in the example, every kind begins a declaration and no word is left without a scope", () => {
  const found = scopesOf(example, textmateGrammar.patterns)
  const painted = found.map(([piece]) => piece.replace(/\s/g, "")).join("")
  assert.equal(painted, example.replace(/\s/g, ""))
  for (const kind of KINDS.filter((each) => new RegExp(`^${each} `, "m").test(example)))
    assert.ok(
      found.some(([piece, scope]) => piece === kind && scope === "storage.type"),
      kind,
    )
})
