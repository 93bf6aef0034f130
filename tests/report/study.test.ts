/** A study on the terminal, on the page and in results.json: its figures, names that are escaped, what is not there. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { type Said, studied } from "../../src/learning/index.ts"
import type { Results } from "../../src/learning/results.ts"
import { randomStream } from "../../src/plugin/index.ts"
import { reportHtml } from "../../src/report/html/report.ts"
import { isResultsProblem, readResults, resultsJson, terminalReport } from "../../src/report/index.ts"
import { syntheticResults } from "./fixture.ts"

const TEXTS = 40
const said = (seed: number, gates: number): Said => {
  const random = randomStream(seed, "said")
  const surprise = Float64Array.from({ length: TEXTS }, () => 30 + 3 * random.normal())
  const point = { share: 0.25, parameters: 9000, experts: 3, surprise: surprise.map((x) => x + 2) }
  return {
    parameters: 12_000,
    gates: Array.from({ length: gates }, (_, g) => ({ name: `layer.${g}<i>`, experts: 2 })),
    surprise,
    predicted: new Int32Array(TEXTS).fill(10),
    chosen: Array.from({ length: gates }, () =>
      Float32Array.from({ length: 2 * TEXTS }, (_, i) => (i % 2 === 0 ? 0.75 : 0.25)),
    ),
    pruned:
      gates > 0
        ? [
            { ...point, by: "activation", threshold: 0.125 },
            { ...point, by: "chance" },
          ]
        : [],
  }
}

const results = (gates: number): Results => {
  const texts = {
    tasks: ["first<b>", "second"],
    task: Int32Array.from({ length: TEXTS }, (_, i) => i % 2),
    label: Int32Array.from({ length: TEXTS }, (_, i) => i % 4),
  }
  const models = [{ model: "sure<script>", seeds: [said(1, gates), said(2, gates)] }]
  const study = studied("read<u>", models, texts, (purpose) => randomStream(0, purpose))
  return { ...syntheticResults(), cells: [], studies: [study] }
}
const plain = { columns: 120, plain: true }

test("the terminal has perplexities by task, use of experts, and what is pruned", () => {
  const text = terminalReport(results(2), [], plain)
  assert.match(text, /^read<u>: 1 language model, 40 test texts of 2 tasks, 2 seeds$/m)
  assert.match(text, /^sure<script> +12k +4 +\d+\.\d \[\d+\.\d, \d+\.\d\] +\d+\.\d +\d+\.\d$/m)
  assert.match(text, /^sure<script> +1\.75 \[1\.75, 1\.75\] +0\.000 \[0\.000, 0\.000\] \(0\.000\)/m)
  assert.match(text, /^sure<script> +25 % +12\.5 % +3 +9000 +\d+\.\d \[.*\] +\d+\.\d \[.*\]$/m)
})

test("a narrow terminal has the columns that it has no room for below, behind the models again", () => {
  const text = terminalReport(results(2), [], { columns: 60, plain: true })
  assert.match(text, /^Model +Parameters +Experts +Perplexity$/m)
  assert.match(text, /\n\nModel +first<b> +second\n-+\nsure<script> +\d+\.\d +\d+\.\d\n/)
  for (const line of text.split("\n")) assert.ok(line.length <= 60, line)
})

test("a model without experts has no table of them", () => {
  const text = terminalReport(results(0), [], plain)
  assert.match(text, /^sure<script> +12k +0 /m)
  assert.doesNotMatch(text, /^Experts$|^Pruned$/m)
  assert.doesNotMatch(reportHtml(results(0)), /<h3>(Experts|Pruned)/)
})

test("the page has the same, curves as drawings with words, and escapes every name", () => {
  const page = reportHtml(results(2))
  assert.match(page, /<h1>Study <bdi>read&lt;u&gt;<\/bdi><\/h1>/)
  for (const heading of ["Perplexity", "Experts", "Experts by gate", "Pruned"])
    assert.ok(page.includes(`<h3>${heading}</h3>`))
  assert.match(page, /aria-label="sure&lt;script&gt;: perplexity \d+\.\d with 12k parameters, \d+\.\d with 9000"/)
  assert.doesNotMatch(page, /<script>|first<b>|layer\.0<i>/)
})

test("results.json is read as it was written, and a damaged one is refused by its place", () => {
  const made = results(2)
  const text = [...resultsJson(made)].join("")
  assert.deepEqual(readResults(text, "results.json"), JSON.parse(JSON.stringify(made)))
  const broken = readResults(text.replace(/"perplexity":\s*\{/, '"perplexities": {'), "results.json")
  assert.ok(isResultsProblem(broken))
  assert.match(broken.message, /studies\[0\]\.models\[0\]\.perplexity/)
})
