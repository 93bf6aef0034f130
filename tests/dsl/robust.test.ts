/** Whatever the text, `check` answers: it never throws, and its answer is in order. */
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { Grammar } from "../../dsl/grammar.ts"
import { check, render, toJson } from "../../dsl/index.ts"
import { example } from "./example.ts"
import { mine, vocabulary } from "./vocabulary.fixture.ts"

/** Checks and prints a text, and looks at what every answer must keep to. */
const holds = (text: string): void => {
  const { spec, diagnostics } = check(text, { file: "f", vocabulary, uses: { mine }, tasksOf: () => ["t1", "t2"] })
  assert.equal(
    spec === undefined,
    diagnostics.some(({ severity }) => severity === "error"),
  )
  assert.ok(diagnostics.length <= 201)
  let before = 0
  for (const { span, message, related = [], fix } of diagnostics) {
    for (const { start, end } of [span, ...related.map((other) => other.span), ...(fix ? [fix.span] : [])]) {
      assert.ok(0 <= start && start <= end && end <= text.length, `${message}: ${start}..${end}`)
    }
    assert.ok(span.start >= before)
    before = span.start
    assert.doesNotMatch(message, /undefined|\[object|NaN/)
  }
  assert.ok(render(diagnostics, text, { hints: true }).length < 2_000_000)
  JSON.stringify(toJson(diagnostics, text))
}

const words = example.match(/\w+|"[^"]*"|\.\.|[^\s\w]|\s+/g)!

test("random text", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 300 }), holds), { numRuns: 300 })
})

test("the example's words in any order", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...words, "sweep", "import", "language", "\n"), { maxLength: 120 }), (all) =>
      holds(all.join(" ")),
    ),
    { numRuns: 300 },
  )
})

test("the example with pieces taken out, doubled or replaced", () => {
  const edit = fc.record({
    at: fc.nat(example.length),
    length: fc.nat(60),
    put: fc.oneof(fc.constantFrom("", "{", "}", "[", "]", ":", ",", "\n", "\0", '"'), fc.string({ maxLength: 8 })),
  })
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), (edits) => {
      let text = example
      for (const { at, length, put } of edits) text = text.slice(0, at) + put + text.slice(at + length)
      holds(text)
    }),
    { numRuns: 400 },
  )
})

test("nesting without end", () => {
  for (const open of ["[", "{", "(", "a: [", "{ a: ", "x(", "x[", "router r = l2r { a: ["]) {
    holds(open.repeat(20_000))
    holds(`router r = l2r { a: ${open.repeat(20_000)}`)
  }
  for (const close of ["]", "}", ")", "}\n"]) holds(close.repeat(20_000))
  holds(`adapter a = lora { rank: ${"[".repeat(20_000)}8${"]".repeat(20_000)} }\nadapter b = lora { rnak: 8 }`)
})

test("an error after too deep a nesting is still found", () => {
  const text = `adapter a = lora { rank: ${"[".repeat(20_000)}8\nadapter b = lora { rnak: 8 }`
  assert.deepEqual(
    check(text, { file: "f", vocabulary })
      .diagnostics.filter(({ severity }) => severity === "error")
      .map(({ code }) => code),
    ["L2R0109", "L2R0401"],
  )
})

test("a hundred kilobytes of noise", () => {
  let state = 1
  const next = () => (state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff) >>> 16
  for (const character of [() => next() & 255, () => 32 + (next() % 95), () => next() * 2]) {
    holds(
      String.fromCharCode(...Array.from({ length: 50_000 }, character)) +
        String.fromCharCode(...Array.from({ length: 50_000 }, character)),
    )
  }
  holds("\0".repeat(100_000))
  holds(`"${"\\a".repeat(50_000)}`)
  holds("x".repeat(100_000))
  holds(`adapter a = lora { rank: ${"9".repeat(100_000)}, alpha: 1e${"9".repeat(100_000)} }`)
})

test("long chains of declarations, either way round", () => {
  const chain = Array.from({ length: 5_000 }, (_, i) => `router r${i} = r${i + 1}`)
  holds([...chain, "router r5000 = l2r"].join("\n"))
  holds(["router r5000 = l2r", ...chain.reverse()].join("\n"))
  holds([...chain, "router r5000 = r0"].join("\n"))
})

test("thousands of entries in a broken block", () => {
  holds(`adapter a = lora { ${"rank: 1 ".repeat(10_000)} alpha }`)
  holds(`adapter a = lora { targets: [${"query,".repeat(20_000)} }`)
  holds("memory m = random\n".repeat(5_000))
})

test("the grammar is sound by chevrotain's own checks", () => {
  assert.ok(new Grammar(false))
})
