/** What must hold of any text. */
import assert from "node:assert/strict"
import { format, lossOf } from "../../dsl/format/index.ts"
import { check, linesOf, render } from "../../dsl/index.ts"
import { mine, vocabulary } from "../dsl/vocabulary.fixture.ts"

/** Formatting loses nothing, says what it left alone, and has nothing to do a second time. */
export const holdsFormat = (text: string): void => {
  const { text: made, broken } = format(text, "f")
  assert.equal(lossOf(text, made), undefined)
  const again = format(made, "f")
  assert.equal(again.text, made, "formatted again, it changes again")
  assert.equal(again.broken.length, broken.length)
  for (const { start, end } of broken) assert.ok(0 <= start && start < end && end <= text.length)
}

/** Checking answers, in order and in bounds; its lines and columns are those that counting gives. */
export const holdsCheck = (text: string): void => {
  const { spec, diagnostics } = check(text, { file: "f", vocabulary, uses: { mine }, tasksOf: () => ["t1", "t2"] })
  assert.equal(
    spec === undefined,
    diagnostics.some(({ severity }) => severity === "error"),
  )
  const lines = linesOf(text)
  let before = 0
  for (const { span, message } of diagnostics) {
    assert.ok(before <= span.start && span.start <= span.end && span.end <= text.length, message)
    before = span.start
    assert.deepEqual(lines.at(span.start), counted(text, span.start))
  }
  assert.equal(typeof render(diagnostics, text, { hints: true }), "string")
}

/** Line and column by counting code points from the beginning. */
const counted = (text: string, offset: number): { line: number; column: number } => {
  const before = text.slice(0, offset)
  const lines = before.split(/\r\n|\n|\r/)
  // An offset between CR and LF is still on the line that they end.
  const split = before.endsWith("\r") && text[offset] === "\n"
  const last = lines[lines.length - (split ? 2 : 1)]
  return { line: lines.length - (split ? 1 : 0), column: [...last.replace(/^\uFEFF/, "")].length + 1 + (split ? 1 : 0) }
}

export const holds = (text: string): void => {
  holdsFormat(text)
  holdsCheck(text)
}
