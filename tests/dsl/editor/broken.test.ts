/** Whatever the text and the place: every function answers, and its places are in the text. */
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import * as editor from "../../../dsl/editor/index.ts"
import { example } from "../example.ts"
import { host } from "./marked.ts"

const holds = (text: string, offset: number): void => {
  const document = editor.documentOf(text, host)
  const inside = ({ start, end }: { start: number; end: number }) =>
    assert.ok(0 <= start && start <= end && end <= text.length, `${start}..${end}`)
  for (const { start, end, label } of editor.completionsAt(document, offset)) {
    inside({ start, end })
    assert.ok(start <= offset && offset <= end, label)
    assert.doesNotMatch(label, /undefined|\[object/)
  }
  const hover = editor.hoverAt(document, offset)
  if (hover) {
    inside(hover.span)
    assert.doesNotMatch(hover.text, /undefined|\[object|NaN/)
  }
  const definition = editor.definitionAt(document, offset)
  if (definition && "span" in definition) inside(definition.span)
  for (const span of editor.referencesAt(document, offset)) inside(span)
  const renamed = editor.renameAt(document, offset, "another_name")
  if (!("problem" in renamed)) for (const { span } of renamed) inside(span)
  editor.signatureAt(document, offset)
  for (const { span } of editor.symbolsOf(document)) inside(span)
  for (const { from, to } of editor.foldsOf(document)) assert.ok(from < to)
  const selections = editor.selectionsAt(document, offset)
  assert.deepEqual(selections.at(-1), { start: 0, end: text.length })
  let before = -1
  for (const token of editor.semanticTokensOf(document)) {
    inside(token)
    assert.ok(token.start >= before, "tokens overlap")
    before = token.end
  }
  for (const inlay of editor.inlaysIn(document)) inside({ start: inlay.offset, end: inlay.offset })
  for (const { edits } of editor.actionsAt(document, offset, offset)) for (const { span } of edits) inside(span)
}

test("at every place of the example, cut off there or not", () => {
  for (let offset = 0; offset <= example.length; offset += 7) {
    holds(example.slice(0, offset), offset)
    if (offset % 21 === 0) holds(example, offset)
  }
})

test("a member where none belongs, and a kind that there is not", () => {
  for (const text of [
    "experiment e { compare a.kept against b on accuracy.compare }",
    "adapter a = lora { rank: x.on }",
  ])
    for (let offset = 0; offset <= text.length; offset++) holds(text, offset)
})

test("on the example with parts taken out and put in", () => {
  const piece = fc.constantFrom(
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    ":",
    ",",
    "=",
    ".",
    "..",
    '"',
    "#",
    "\n",
    "\r\n",
    "sweep [1, 2]",
    "compare",
    "router x = ",
    "use",
    "\u{1F600}",
    "é",
    "\u0000",
    " ",
  )
  fc.assert(
    fc.property(
      fc.nat(example.length),
      fc.nat(60),
      fc.array(piece, { maxLength: 4 }),
      fc.nat(example.length),
      (at, cut, put, offset) => {
        const text = example.slice(0, at) + put.join("") + example.slice(at + cut)
        holds(text, Math.min(offset, text.length))
        holds(text, Math.min(at + put.join("").length, text.length))
      },
    ),
    { numRuns: Number(process.env.RUNS ?? 60) },
  )
})
