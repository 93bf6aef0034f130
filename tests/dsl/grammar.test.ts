/** The grammar by itself: one token tells the way, every rule is there and used; and the tokens, which leave nothing out. */
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { firstOf, type Part } from "../../dsl/derive.ts"
import { derive, grammar } from "../../dsl/grammar.ts"
import { endOf, tokenize } from "../../dsl/tokens.ts"
import { characters } from "../fuzz/specs.ts"

/** A part with all that stands in it. */
const within = (part: Part): readonly Part[] => {
  const inner =
    part.kind === "either"
      ? part.alternatives.flatMap(({ parts }) => parts)
      : part.kind === "optional" || part.kind === "repeated"
        ? part.parts
        : []
  return [part, ...inner.flatMap(within)]
}

test("alternatives without a condition begin with tokens of their own", () => {
  let met = 0
  for (const [name, parts] of Object.entries(grammar))
    for (const part of parts.flatMap(within)) {
      if (part.kind !== "either") continue
      let before = 0
      for (const { parts: way, when } of part.alternatives) {
        const first = firstOf(way, grammar)
        assert.notEqual(first, 0, name)
        if (when) continue
        assert.equal(before & first, 0, name)
        before |= first
        met++
      }
    }
  assert.ok(met >= 9)
})

test("every rule that is named is there, and every rule is named or begins", () => {
  const named = Object.values(grammar).flatMap((parts) =>
    parts.flatMap(within).flatMap((part) => (part.kind === "rule" ? [part.rule] : [])),
  )
  assert.deepEqual(
    [...new Set(named)].filter((name) => !Object.hasOwn(grammar, name)),
    [],
  )
  const begins = ["languageLine", "sourceLine", "declaration"]
  assert.deepEqual(
    Object.keys(grammar).filter((name) => !named.includes(name)),
    begins,
  )
})

test("a rule reads exactly its tokens, or names the first that is in the way", () => {
  const problem = (text: string) => {
    const made = derive("declaration", tokenize(text).tokens)
    return "children" in made ? undefined : [made.expected, made.found?.image]
  }
  assert.equal(problem("router r = l2r { a: 1, b: [x, y,], c: sweep s [1..3], compare a against b on c }"), undefined)
  assert.deepEqual(problem("router"), ["a name", undefined])
  assert.deepEqual(problem("router r = 8"), ["a name", "8"])
  assert.deepEqual(problem("router r = l2r { a: }"), ["a value", "}"])
  assert.deepEqual(problem("router r = l2r { a 8 }"), ["an option", "a"])
  assert.deepEqual(problem('router r = l2r { "a" 8 }'), ["`:`", "8"])
  assert.deepEqual(problem("router r = l2r { a: [1 2] }"), ["`]`", "2"])
  assert.deepEqual(problem("router r = l2r { a: [1, :] }"), ["`]`", ":"])
  assert.deepEqual(problem("router r = l2r { compare a against b accuracy }"), ["`on`", "accuracy"])
  assert.deepEqual(problem("router r = l2r { } x"), ["", "x"])
})

test("tokens, comments and the spaces between them are the whole text, whatever it is", () => {
  const whole = (text: string): void => {
    const { tokens, comments } = tokenize(text)
    let [at, between] = [0, ""]
    for (const token of [...tokens, ...comments].sort((a, b) => a.startOffset - b.startOffset)) {
      between += text.slice(at, token.startOffset)
      at = endOf(token)
      if (token.image === "" || text.slice(token.startOffset, at) !== token.image) assert.fail(`at ${at}`)
    }
    assert.match(between + text.slice(at), /^[\s\uFEFF]*$/)
  }
  const all = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code))
  whole(all.join(" "))
  whole(all.join(""))
  fc.assert(fc.property(characters(40), whole), { numRuns: 300, seed: 5 })
})

test("what a character begins", () => {
  const types = (text: string) => tokenize(text).tokens.map(({ tokenType, image }) => `${tokenType.name} ${image}`)
  assert.deepEqual(types("ascii as a-b größe 名前 👩‍👩‍👧"), [
    "Word ascii",
    "As as",
    "Word a-b",
    "Word größe",
    "Word 名前",
    "Word 👩",
    "Stray \u200d",
    "Word 👩",
    "Stray \u200d",
    "Word 👧",
  ])
  assert.deepEqual(types("-1 -.5 1..3 .5 1. 8kg 5% - --2"), [
    "Number -1",
    "Number -.5",
    "Number 1",
    "Dots ..",
    "Number 3",
    "Number .5",
    "Number 1",
    "Dot .",
    "Number 8kg",
    "Number 5%",
    "Stray -",
    "Stray --",
    "Number 2",
  ])
  assert.deepEqual(types('"a\\"b" "open # no comment'), ['Text "a\\"b"', 'OpenText "open # no comment'])
  assert.deepEqual(types("a\u00a0b\u2028c\u200bd # e"), ["Word a", "Word b", "Word c", "Stray \u200b", "Word d"])
})
