/** Symbols, folds, selections and colours. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { documentOf, foldsOf, selectionsAt, semanticTokensOf, symbolsOf } from "../../../dsl/editor/index.ts"
import { example } from "../example.ts"
import { host, marked } from "./marked.ts"

test("symbols: every declaration with its options", () => {
  const found = symbolsOf(documentOf(example, host))
  assert.deepEqual(
    found.slice(0, 3).map(({ name, kind, detail }) => [name, kind, detail]),
    [
      ["mine", "use", "./my-router.ts"],
      ["encoder", "backbone", "backbone = bert"],
      ["intents", "data", "data = jsonl"],
    ],
  )
  const { children } = found.find(({ name }) => name === "low_rank")!
  assert.deepEqual(
    children.map(({ name, detail }) => [name, detail]),
    [
      ["rank", "8"],
      ["alpha", "16"],
      ["targets", "[query, value]"],
    ],
  )
})

test("folds: blocks, lists and comments over several lines", () => {
  const { document } = marked(
    "|# one\n# two\nadapter a = lora {\n  targets: [\n    query,\n    key,\n  ]\n} # end\n# three\n\nrouter b = l2r { head: kept }\n",
  )
  assert.deepEqual(
    foldsOf(document).map(({ from, to, kind }) => [from, to, kind]),
    [
      [1, 2, "comment"],
      [3, 7, "block"],
      [4, 6, "block"],
    ],
  )
})

test("a selection grows from the word to the file", () => {
  const { document, offset } = marked("adapter a = lora { rank: 8, targets: [query, k|ey] }\n\nrouter b = l2r")
  const grown = selectionsAt(document, offset).map(({ start, end }) => document.text.slice(start, end))
  assert.deepEqual(grown, [
    "key",
    "query, key",
    "[query, key]",
    "targets: [query, key]",
    "rank: 8, targets: [query, key]",
    "adapter a = lora { rank: 8, targets: [query, key] }",
    document.text,
  ])
})

test("colours tell a plugin from a declaration and an option from its words", () => {
  const { document } = marked(
    '|use "x" as mine\nmemory few = random # why\nrouter a = l2r { memory: few, head: kept, epochs: 3 }\nexperiment e { routers: a, bounds: oracle }',
  )
  const shown = semanticTokensOf(document).map(({ start, end, type, modifiers }) =>
    [document.text.slice(start, end), type, ...modifiers].join(" "),
  )
  for (const each of [
    "use keyword",
    "as keyword",
    "mine namespace",
    "few variable declaration",
    "random class defaultLibrary",
    "# why comment",
    "memory property",
    "few variable",
    "kept enumMember",
    "3 number",
    "oracle class defaultLibrary",
  ])
    assert.ok(shown.includes(each), `${each} is not among ${shown.join(", ")}`)
  const starts = semanticTokensOf(document).map(({ start }) => start)
  assert.deepEqual(
    starts,
    [...new Set(starts)].sort((a, b) => a - b),
  )
})
