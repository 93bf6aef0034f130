/** Columns and carets under tabs, wide characters, marks and long lines; nothing of a file reaches the terminal raw. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { check, render, summary, toJson } from "../../dsl/index.ts"
import { vocabulary } from "./vocabulary.fixture.ts"

const problems = (text: string) =>
  check(text, { file: "f.l2r", vocabulary }).diagnostics.filter(({ severity }) => severity === "error")
/** The line of the frame and the line of carets under it, without their gutter. */
const frame = (text: string): string[] => {
  const lines = render(problems(text).slice(0, 1), text).split("\n")
  return [lines[1].trim(), lines[3].slice(4), lines[4].slice(4)]
}

test("a tab is one column and reaches to the next stop", () => {
  assert.deepEqual(frame("adapter a = lora {\trnak: 8 }"), [
    "--> f.l2r:1:20",
    "adapter a = lora {  rnak: 8 }",
    "                    ^^^^",
  ])
})

test("wide characters take two cells, combining marks none", () => {
  assert.deepEqual(frame('data d = jsonl "数据" { txt: "x" }'), [
    "--> f.l2r:1:23",
    'data d = jsonl "数据" { txt: "x" }',
    `${" ".repeat(24)}^^^`,
  ])
  assert.deepEqual(frame('data d = jsonl "e\u0301" { txt: "x" }')[2], `${" ".repeat(21)}^^^`)
  assert.deepEqual(frame('data d = jsonl "👩‍🔬" { txt: "x" }')[2], `${" ".repeat(22)}^^^`)
})

test("a long line is cut around the range", () => {
  const [, line, carets] = frame(`data d = jsonl "${"x".repeat(5000)}" { txt: "${"y".repeat(5000)}" }`)
  assert.ok(line.length < 130)
  assert.equal(line.indexOf("txt"), carets.indexOf("^^^"))
})

test("a range over several lines is shown on its first", () => {
  const [, line, carets] = frame("adapter a = lora { rank: [\n8 ] }")
  assert.equal(line, "adapter a = lora { rank: [")
  assert.equal(carets, `${" ".repeat(25)}^`)
})

test("no control character, escape sequence or turn of direction is printed", () => {
  const text = 'adapter a = lora { "\u001b[31mred\u202E": 1, b\u0007: 2 }\nuse "\u001b]0;x" as y'
  const printed = render(
    check(text, { file: "a\u001b.l2r", vocabulary, uses: { y: { problem: "\u001b[2J" } } }).diagnostics,
    text,
    { hints: true },
  )
  assert.doesNotMatch(printed, /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202E]/)
  assert.match(printed, /<U\+001B>\[31mred/)
})

test("colour is asked for, and hints too", () => {
  const text = "adapter a = lora { rnak: 8 }"
  const all = check(text, { file: "f", vocabulary }).diagnostics
  assert.doesNotMatch(render(all, text), /\u001b/)
  assert.match(render(all, text, { color: true }), /\u001b\[31merror L2R0401/)
  assert.doesNotMatch(render(all, text), /hint L2R0202/)
  assert.match(render(all, text, { hints: true }), /hint L2R0202/)
  assert.equal(summary(all), "1 error, 1 warning")
  assert.equal(render([], text), "")
})

test("the machine form has lines, columns, offsets and the fix", () => {
  const text = "\uFEFFlanguage 1\r\nadapter a = lora { rnak: 8 }"
  const [diagnostic] = toJson(problems(text), text)
  assert.deepEqual(diagnostic.place, {
    file: "f.l2r",
    start: { line: 2, column: 20, offset: 32 },
    end: { line: 2, column: 24, offset: 36 },
  })
  assert.deepEqual(diagnostic.fix?.text, "rank")
  assert.deepEqual(JSON.parse(JSON.stringify(diagnostic)), diagnostic)
})
