/**
 * The way from one language version to the next, shown on a version that only these tests have: language 2, in which an
 * option and its value stand on the two sides of `=`.
 */
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { check } from "../../dsl/index.ts"
import type { FileNode, ValueNode } from "../../dsl/syntax/ast.ts"
import { current, type Dialect } from "../../dsl/syntax/dialect.ts"
import { deriveWith, Grammar } from "../../dsl/syntax/grammar.ts"
import { type Edit, edited, type Migration, migrated, migrations } from "../../dsl/syntax/migrate.ts"
import { Equals } from "../../dsl/syntax/tokens.ts"
import { sound } from "./diagnostics.cases.ts"
import { example } from "./example.ts"
import { mine, vocabulary } from "./vocabulary.fixture.ts"

const two: Dialect = { version: 2, derive: deriveWith(new Grammar(true, Equals)) }

const colons = (tree: FileNode, text: string): Edit[] => {
  const inValue = (value: ValueNode): Edit[] =>
    value.kind === "record" ? value.settings.flatMap(inSetting) : "items" in value ? value.items.flatMap(inValue) : []
  const inSetting = ({ key, value }: FileNode["declarations"][number]["settings"][number]): Edit[] => {
    const start = text.indexOf(":", key.span.end)
    return [{ start, end: start + 1, text: " =" }, ...inValue(value)]
  }
  return tree.declarations.flatMap(({ settings }) => settings.flatMap(inSetting))
}
const toTwo: Migration = { from: current, what: "options are written with `=`", edits: colons }
const steps = [toTwo]

const options = { file: "spec.l2r", vocabulary, uses: { mine } }

test("an older file is refused with one sentence, and read after its migration", () => {
  const refused = check(example, { ...options, dialect: two })
  assert.deepEqual(
    refused.diagnostics.map(({ code }) => code),
    ["L2R0217"],
  )
  const made = migrated(example, "spec.l2r", { to: two, steps })
  assert.ok("text" in made)
  assert.deepEqual([made.from, made.to, made.what], [1, 2, ["options are written with `=`"]])
  assert.match(made.text, /^language 2\n/)
  assert.match(made.text, /rank = 8, alpha = 16/)
  const comments = (text: string) => text.match(/#.*/g)
  assert.deepEqual(comments(made.text), comments(example))
  const before = check(example, options)
  const after = check(made.text, { ...options, dialect: two })
  assert.deepEqual(
    after.diagnostics.map(({ code }) => code),
    ["L2R0510"],
  )
  assert.deepEqual(withoutSpans(after.spec), withoutSpans(before.spec))
})

const withoutSpans = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (key, inner) => (key === "span" || key === "optionSpans" ? undefined : inner)))

test("a newer file is refused with one sentence, whatever is in it", () => {
  const newer = sound.replace("language 1", "language 2").replaceAll(":", " =")
  assert.deepEqual(
    check(newer, options).diagnostics.map(({ code }) => code),
    ["L2R0201"],
  )
  const made = migrated(newer, "spec.l2r")
  assert.ok("text" in made)
  assert.equal(made.text, newer)
})

test("a file in the current language is left as it is, and one that can't be read too", () => {
  const same = migrated(example, "spec.l2r")
  assert.ok("text" in same)
  assert.deepEqual([same.text, same.what], [example, []])
  const broken = migrated("language 1\nadapter a = lora { rank 8 }\n", "spec.l2r", { to: two, steps })
  assert.ok("problems" in broken)
  assert.deepEqual(
    broken.problems.map(({ code }) => code),
    ["L2R0110"],
  )
})

test("a file that does not say its language is in the first, and says it afterwards", () => {
  for (const [text, wanted] of [
    ["adapter a = lora { rank: 8 }\r\n", "language 2\r\n\r\nadapter a = lora { rank = 8 }\r\n"],
    ["\uFEFFadapter a = lora { rank: 8 }", "\uFEFFlanguage 2\n\nadapter a = lora { rank = 8 }"],
  ]) {
    const made = migrated(text, "spec.l2r", { to: two, steps })
    assert.equal("text" in made && made.text, wanted)
  }
})

test("versions are taken one after the other", () => {
  const three: Dialect = { ...two, version: 3 }
  const more: Migration = {
    from: two,
    what: "`rank` is called `width`",
    edits: ({ declarations }) =>
      declarations.flatMap(({ settings }) =>
        settings.flatMap(({ key }) => (key.text === "rank" ? [{ ...key.span, text: "width" }] : [])),
      ),
  }
  const made = migrated("language 1\nadapter a = lora { rank: 8 }\n", "f", { to: three, steps: [toTwo, more] })
  assert.ok("text" in made)
  assert.equal(made.text, "language 3\nadapter a = lora { width = 8 }\n")
  assert.equal(made.what.length, 2)
  const later = migrated("language 2\nadapter a = lora { rank = 8 }\n", "f", { to: three, steps: [toTwo, more] })
  assert.ok("text" in later)
  assert.deepEqual(
    [later.text, later.what],
    ["language 3\nadapter a = lora { width = 8 }\n", ["`rank` is called `width`"]],
  )
})

test("every version before the current one has its migration", () => {
  assert.deepEqual(
    migrations.map(({ from }) => from.version),
    Array.from({ length: current.version - 1 }, (_, i) => i + 1),
  )
})

// Two edits at one place have no order of their own, so none is drawn.
test("edits are put in whatever their order, and nothing else changes", () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.nat(5), fc.string({ maxLength: 3 }))),
      (text, drawn) => {
        let at = 0
        const edits = drawn.flatMap(([skip, length, put]) => {
          const start = at + skip
          at = start + length
          return at <= text.length ? [{ start, end: at, text: put }] : []
        })
        const straight = [...edits]
          .reverse()
          .reduce((now, { start, end, text: put }) => now.slice(0, start) + put + now.slice(end), text)
        assert.equal(edited(text, [...edits].reverse()), straight)
      },
    ),
    { numRuns: 200 },
  )
})
