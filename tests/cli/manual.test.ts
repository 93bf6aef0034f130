/** The manual: every kind, plugin and code stands in it, its code is code that checks, and its HTML is whole. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { pages } from "../../dsl/explain/index.ts"
import { format } from "../../dsl/format/index.ts"
import { check, render, type Vocabulary } from "../../dsl/index.ts"
import { KINDS } from "../../dsl/kinds.ts"
import { loadedVerbs } from "../../src/cli/loaded_verbs.ts"
import { everyOption } from "../../src/cli/manual/every_option.ts"
import { grammarText } from "../../src/cli/manual/grammar.ts"
import { html } from "../../src/cli/manual/html.ts"
import { manual } from "../../src/cli/manual/markdown.ts"
import { summaries } from "../../src/cli/summaries.ts"

const vocabulary = JSON.parse(readFileSync(new URL("../../dsl/vocabulary.json", import.meta.url), "utf8")) as Vocabulary
const verbs = await loadedVerbs()

test("a verb says of itself what `l2r help` says of it, in the same order", () => {
  assert.deepEqual(
    Object.entries(verbs).map(([name, { summary }]) => [name, summary]),
    Object.entries(summaries),
  )
})
const markdown = manual({ vocabulary, verbs, version: "1.2.3" })
const page = html(markdown, "a & b")

test("the grammar is that of the parser", () => {
  const lines = grammarText().split("\n")
  const of = (name: string) => lines.find((line) => line.startsWith(`${name} `))?.replace(/^\w+ +=/, "=")
  assert.equal(of("languageLine"), "= WORD NUMBER")
  assert.equal(of("body"), '= "{" { entry [ "," ] } "}"')
  assert.equal(of("comparison"), '= "compare" value "against" value "on" value')
  for (const rule of lines.map((line) => line.split(" ")[0])) assert.ok(of(rule), rule)
})

test("every option, written out, is a sound spec in its canonical form", () => {
  const text = everyOption(vocabulary)
  const { diagnostics } = check(text, { file: "f", vocabulary })
  assert.equal(
    render(
      diagnostics.filter(({ severity }) => severity === "error"),
      text,
    ),
    "",
  )
  assert.equal(format(text).text, text)
  for (const [kind, plugins] of Object.entries(vocabulary.kinds))
    for (const { name, options } of Object.values(plugins)) {
      const block = new RegExp(`${name}_${kind} +=[\\s\\S]*?\\n(?=\\w|\\n|$)`).exec(text)?.[0] ?? ""
      for (const [option, schema] of Object.entries(options.properties ?? {}))
        if (schema.default !== undefined) assert.match(block, new RegExp(`\\b${option}:`), `${name} ${option}`)
    }
})

test("everything stands in it", () => {
  for (const kind of KINDS) assert.ok(markdown.includes(kind), kind)
  for (const plugins of Object.values(vocabulary.kinds))
    for (const name of Object.keys(plugins)) assert.ok(markdown.includes(`### ${name}\n`), name)
  for (const code of Object.keys(pages)) assert.ok(markdown.includes(`### ${code}: `), code)
  for (const [name, { flags }] of Object.entries(verbs)) {
    assert.ok(markdown.includes(`### l2r ${name}\n`), name)
    for (const flag of Object.keys(flags)) assert.ok(markdown.includes(`| \`--${flag}`), flag)
  }
  assert.equal(markdown.replace(/^```[\s\S]*?^```/gm, "").match(/^# /gm)?.length, 1)
})

test("the page is whole: tags match, links within it arrive, nothing is loaded", () => {
  const open: string[] = []
  for (const [, close, tag] of page.matchAll(/<(\/?)([a-z]\w*)[^>]*>/g)) {
    if (tag === "meta") continue
    if (close === "") open.push(tag)
    else assert.equal(open.pop(), tag)
  }
  assert.deepEqual(open, [])
  const ids = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))
  assert.equal(ids.size, page.match(/ id="/g)?.length)
  for (const [, target] of page.matchAll(/href="#([^"]+)"/g)) assert.ok(ids.has(target), target)
  assert.doesNotMatch(page, /<(script|img|link)\b|src=/)
  assert.match(page, /<title>a &amp; b<\/title>/)
})

test("Markdown becomes what it means", () => {
  const body = (text: string) => /<main>\n([\s\S]*)\n<\/main>/.exec(html(text, ""))?.[1]
  assert.equal(body("one `a<b` **two**\nthree"), "<p>one <code>a&lt;b</code> <strong>two</strong> three</p>")
  assert.equal(body("- a\n  b\n- c"), "<ul>\n<li>a b</li>\n<li>c</li>\n</ul>")
  assert.equal(
    body("| a | `b\\|c` |\n|---|---|\n| 1 | x \\| y |"),
    "<table>\n<tr><th>a</th><th><code>b|c</code></th></tr>\n<tr><td>1</td><td>x | y</td></tr>\n</table>",
  )
  assert.equal(body("```l2r\n# no heading\n\n<x>\n```"), "<pre><code># no heading\n\n&lt;x&gt;</code></pre>")
  assert.equal(body("## A `b`\n\n## A b"), '<h2 id="a-b">A <code>b</code></h2>\n<h2 id="a-b-2">A b</h2>')
  assert.equal(body("[here](#there)"), '<p><a href="#there">here</a></p>')
})
