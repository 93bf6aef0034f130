/** Whatever the text, `check` answers: it never throws, and its answer is in order. */
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { check, render, toJson } from "../../dsl/index.ts"
import { Grammar } from "../../dsl/syntax/grammar.ts"
import { characters } from "../fuzz/specs.ts"
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
  fc.assert(fc.property(characters(300), holds), { numRuns: 300 })
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

test("flags of any text, over any file", () => {
  const flag = fc.oneof(
    characters(30),
    fc
      .array(fc.constantFrom(...words, "low_rank", ".", "=", "rank", "sweep", "[4, 8]", "1..3", "*"), { maxLength: 8 })
      .map((all) => all.join("")),
  )
  const flags = fc.array(flag, { maxLength: 3 })
  fc.assert(
    fc.property(fc.constantFrom(example, "", "adapter a = lora"), flags, flags, flags, (text, set, only, skip) => {
      const { diagnostics, texts } = check(text, {
        file: "f",
        vocabulary,
        uses: { mine },
        set,
        only,
        skip,
        advice: true,
      })
      for (const { span } of diagnostics)
        assert.ok(0 <= span.start && span.start <= span.end && span.end <= texts[span.file].length)
      render(diagnostics, texts, { hints: true })
    }),
    { numRuns: 300 },
  )
})

test("sweeps wherever a value stands", () => {
  const values = [...example.matchAll(/: +(\[[^\]]*\]|[^\s,{}]+)/g)].map(
    (match) => match.index + match[0].length - match[1].length,
  )
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(
          fc.constantFrom(...values),
          fc.constantFrom("sweep [1, 2] ", "sweep a [x, y] ", "sweep [1..3]", "sweep [learnt, few] "),
        ),
        { minLength: 1, maxLength: 5 },
      ),
      fc.boolean(),
      (edits, replaces) => {
        let text = example
        for (const [at, put] of [...edits].sort(([a], [b]) => b - a))
          text = text.slice(0, at) + put + text.slice(replaces ? text.slice(at).search(/[\s,}]/) + at : at)
        holds(text)
      },
    ),
    { numRuns: 300 },
  )
})

test("files that import each other in any way", () => {
  const names = ["a.l2r", "b.l2r", "x/c.l2r", "x/d.l2r"]
  const line = fc.constantFrom(
    'import "./a.l2r"',
    'import "../b.l2r"',
    'import "x/c.l2r"',
    'import "./d.l2r" as d',
    'import ""',
    ...example.split("\n"),
  )
  const content = fc.array(line, { maxLength: 12 }).map((lines) => lines.join("\n"))
  fc.assert(
    fc.property(content, fc.tuple(content, content, content, content), (text, others) => {
      const open = (file: string) => (names.includes(file) ? { text: others[names.indexOf(file)] } : { problem: "no" })
      const { spec, diagnostics, texts } = check(text, { file: "f", vocabulary, uses: { mine }, open, advice: true })
      assert.equal(
        spec === undefined,
        diagnostics.some(({ severity }) => severity === "error"),
      )
      for (const { span } of diagnostics)
        assert.ok(0 <= span.start && span.start <= span.end && span.end <= texts[span.file].length)
      render(diagnostics, texts, { hints: true })
      JSON.stringify(toJson(diagnostics, texts))
    }),
    { numRuns: 300 },
  )
})

test("sweeps over sweeps end", () => {
  const chain = Array.from(
    { length: 200 },
    (_, i) => `memory m${i} = random { per_class: sweep [1, 2] }\nrouter r${i} = l2r { memory: m${i} }`,
  )
  holds(chain.join("\n"))
  holds(`adapter a = lora { rank: sweep [1..9999] }\nadapter b = a { alpha: sweep [1..9999] }`)
  holds(
    [
      "router r0 = l2r { hidden: sweep [1, 2] }",
      ...Array.from({ length: 2_000 }, (_, i) => `router r${i + 1} = r${i}`),
    ].join("\n"),
  )
  holds(`router a = b { hidden: sweep [1, 2] }\nrouter b = a { epochs: sweep [1, 2] }`)
})
