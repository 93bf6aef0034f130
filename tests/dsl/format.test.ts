/** The canonical form: what it looks like, and that it loses nothing. */
import assert from "node:assert/strict"
import { readdirSync, readFileSync } from "node:fs"
import { test } from "node:test"
import fc from "fast-check"
import { format, lossOf } from "../../dsl/format/index.ts"
import { holdsFormat } from "../fuzz/hold.ts"
import { grammatical } from "../fuzz/specs.ts"
import { example } from "./example.ts"

const cases: readonly (readonly [what: string, before: string, after: string])[] = [
  ["spaces", "memory   few=random{per_class:5}", "memory few = random { per_class: 5 }\n"],
  ["an empty block", "train fast {\n}", "train fast { }\n"],
  ["commas on one line", "adapter a = lora { rank: 8 alpha: 16, }", "adapter a = lora { rank: 8, alpha: 16 }\n"],
  [
    "a block that the author opened",
    "train fast {\nepochs: 3, batch:8 }",
    "train fast {\n  epochs: 3\n  batch:  8\n}\n",
  ],
  [
    "a block that the author did not open",
    "train fast { epochs: 3,\n batch:8\n}",
    "train fast { epochs: 3, batch: 8 }\n",
  ],
  [
    "a line that does not fit",
    `adapter a = lora { targets: [${"attention_output, ".repeat(8)}], rank: 8 }`,
    `adapter a = lora {\n  targets: [\n    ${"attention_output, ".repeat(6).trim()}\n    attention_output, attention_output,\n  ]\n  rank:    8\n}\n`,
  ],
  [
    "neighbours of a kind",
    "router a = l2r { head: kept }\nrouter longer = base_model { head: refit }\nprobe p = x { y: 1 }\n\nrouter b = l2r",
    "router a      = l2r        { head: kept }\nrouter longer = base_model { head: refit }\nprobe p = x { y: 1 }\n\nrouter b = l2r\n",
  ],
  [
    "neighbours that would become too long",
    `router a = l2r { memory: few }\nrouter ${"b".repeat(40)} = l2r { memory: few, ${"c".repeat(40)}: 1 }\nrouter d = ${"e".repeat(40)} { memory: few }`,
    `router a = l2r { memory: few }\nrouter ${"b".repeat(40)} = l2r { memory: few, ${"c".repeat(40)}: 1 }\nrouter d = ${"e".repeat(40)} { memory: few }\n`,
  ],
  [
    "comparisons",
    "experiment e {\non: x\ncompare a against [b,c] on accuracy\ncompare long.kept against d on accuracy\n}",
    "experiment e {\n  on: x\n  compare a         against [b, c] on accuracy\n  compare long.kept against d on accuracy\n}\n",
  ],
  [
    "lines of a list",
    "experiment e {\nrouters: [\na, b,\n\nc\n,d]\n}",
    "experiment e {\n  routers: [\n    a, b,\n\n    c, d,\n  ]\n}\n",
  ],
  [
    "what belongs together",
    "stream s { tasks : t [ a ,b ] , orders: shuffled ( 3 ) }",
    "stream s { tasks: t[a, b], orders: shuffled(3) }\n",
  ],
  [
    "ranges and members",
    "experiment e { seeds: 1 .. 3, routers: m . r }",
    "experiment e { seeds: 1..3, routers: m.r }\n",
  ],
  [
    "a sweep",
    "adapter a = lora { rank: sweep[4,8], alpha: sweep size[8,16] }",
    "adapter a = lora { rank: sweep [4, 8], alpha: sweep size [8, 16] }\n",
  ],
  [
    "the word sweep",
    "router a = b {\nc: sweep, d: e\nf: sweep\n}",
    "router a = b {\n  c: sweep,\n  d: e\n  f: sweep\n}\n",
  ],
  ["empty lines", "\n\n\nlanguage 1\n\n\n\nmemory a = b\n\n\n", "language 1\n\nmemory a = b\n"],
  [
    "comments behind lines",
    "memory a = b # one\nmemory longer = b   # two\n\nmemory c = d # three",
    "memory a      = b   # one\nmemory longer = b   # two\n\nmemory c = d   # three\n",
  ],
  [
    "comments in a line that they break",
    "# 1\nrouter # 2\n r = # 3\n l2r { # 4\n # 5\n a: # 6\n 1, # 7\n # 8\n} # 9\n# 10",
    "# 1\nrouter # 2\n r = # 3\n l2r { # 4\n # 5\n a: # 6\n 1, # 7\n # 8\n} # 9\n# 10\n",
  ],
  [
    "comments where none can stay",
    "router r = # 3\n l2r # 4\n { # 5\n a # 6\n : [ x # 7\n , # 8\n # 9\n y ] # 10\n , # 11\n # 12\n } # 13",
    "# 3\n# 4\nrouter r = l2r {   # 5\n  # 6\n  # 10\n  a: [\n    # 7\n    x,   # 8\n    # 9\n    y,\n  ]   # 11\n  # 12\n}   # 13\n",
  ],
  [
    "a broken block stays",
    "memory   a=b\n\n  adapter   x = lora { rank   8\n   # here\n\n}\nmemory   c=d",
    "memory a = b\n\n  adapter   x = lora { rank   8\n   # here\n\n}\nmemory c = d\n",
  ],
  ["a newer language stays", "language 9\nmemory   a=b", "language 9\nmemory   a=b"],
  ["CR LF", "memory   a=b\r\n\r\n\r\nmemory c =  d\r\n", "memory a = b\r\n\r\nmemory c = d\r\n"],
  ["a byte order mark", "\uFEFFmemory   a=b", "\uFEFFmemory a = b\n"],
  ["wide letters", 'library l { "漢字": a\n}\n', 'library l { "漢字": a }\n'],
  [
    "wide letters in columns",
    'library l {\n"漢字": a\nxyz: b\n"e\u0301": c }\n',
    'library l {\n  "漢字": a\n  xyz:    b\n  "e\u0301":    c\n}\n',
  ],
  ["nothing", "", ""],
  ["a comment alone", "  # here  ", "# here\n"],
]

for (const [what, before, after] of cases) {
  test(`formats ${what}`, () => {
    assert.equal(format(before).text, after)
    holdsFormat(before)
  })
}

test("what ships is in its canonical form", () => {
  const root = new URL("../../", import.meta.url)
  const folders = readdirSync(new URL("examples", root)).map((name) => `examples/${name}/spec.l2r`)
  const templates = ["spec", "router", "adapter", "strategy", "transfer", "source"].map(
    (name) => `src/cli/templates/${name}/spec.l2r`,
  )
  for (const path of [...folders, ...templates]) {
    const text = readFileSync(new URL(path, root), "utf8").replaceAll("\r\n", "\n")
    assert.equal(format(text).text, text, path)
  }
  const page = readFileSync(new URL("docs/language.md", root), "utf8").replaceAll("\r\n", "\n")
  for (const [, block] of page.matchAll(/```l2r\n([\s\S]*?)```/g)) assert.equal(format(block).text, block)
})

test("the whole example, and its pieces", () => {
  holdsFormat(example)
  for (let end = 0; end < example.length; end += 11) holdsFormat(example.slice(0, end))
})

test("a broken declaration is told, and only that", () => {
  const text = "memory a = b\nadapter x = lora { rank 8 }\nmemory c = d\n"
  const { broken } = format(text, "f")
  assert.deepEqual(
    broken.map(({ start, end }) => text.slice(start, end)),
    ["adapter x = lora { rank 8 }"],
  )
})

test("spaces change nothing", () => {
  fc.assert(
    fc.property(grammatical, fc.infiniteStream(fc.constantFrom(" ", "   ", "\t")), (text, gaps) => {
      // Outside of comments and texts.
      const spaced = text.replace(/#[^\r\n]*|"(?:[^"\\\r\n]|\\[^\r\n])*"?|(?<=[^\s]) +(?=[^\s])/g, (found) =>
        found.startsWith(" ") ? gaps.next().value : found,
      )
      fc.pre(format(text).broken.length === 0)
      assert.equal(format(spaced).text, format(text).text)
    }),
    { numRuns: 100, seed: 7 },
  )
})

test("a loss is found", () => {
  const text = "# one\nmemory a = b { c: 1, d: 2 }\n"
  assert.equal(lossOf(text, text), undefined)
  assert.match(lossOf(text, text.replace("# one", "")) ?? "", /comment # one/)
  assert.match(lossOf(text, text.replace("# one", "# two")) ?? "", /comment # one/)
  assert.match(lossOf(text, text.replace("d: 2", "d: 3")) ?? "", /token 2/)
  assert.match(lossOf(text, `${text}memory e = f\n`) ?? "", /token memory/)
  assert.match(lossOf("memory a = b { c: [1, 2] }", "memory a = b { c: [1 2] }") ?? "", /meaning/)
})
