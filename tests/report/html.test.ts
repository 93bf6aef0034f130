import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { test } from "node:test"
import { gateUse } from "../../src/learning/gate_use.ts"
import { confusion } from "../../src/report/confusion.ts"
import { axisOf, share } from "../../src/report/html/axis.ts"
import { contrast, DARK, HEAT_STEPS, heatColour, LIGHT, textOn } from "../../src/report/html/colours.ts"
import { costScale } from "../../src/report/html/cost_scale.ts"
import { escaped, html } from "../../src/report/html/markup.ts"
import { reportHtml } from "../../src/report/html/report.ts"
import { paretoFront } from "../../src/report/html/scatter.ts"
import { curve, meanMatrix } from "../../src/report/over_seeds.ts"
import { syntheticResults } from "./fixture.ts"

const EVIL = `</title></style></pre><script>alert(1)</script><img src=x onerror=alert(2)>"'\` onload=alert(3) &lt;`

test("names, labels and texts are escaped wherever they stand", () => {
  const page = reportHtml(syntheticResults({ taint: EVIL, cells: 2 }))
  assert.doesNotMatch(page, /<script|<img|<\/title>.*<\/title>/s)
  assert.doesNotMatch(page.replace(/="[^"<>]*"/g, ""), /<[^<>]*\son\w+=/)
  assert.equal(page.split("</style>").length, 2)
  assert.equal(page.split("<h1>").length, 2)
  assert.match(page, /&lt;script&gt;alert\(1\)&lt;\/script&gt;/)
})

test("values in a template are escaped, markup of the same tag is not", () => {
  const inner = html`<b title="${'"<'}">${"<i>"}</b>`
  assert.equal(html`<p>${[inner, "&", 1, undefined]}</p>`.text, '<p><b title="&quot;&lt;">&lt;i&gt;</b>&amp;1</p>')
  assert.equal(escaped("a\u0000\u001b\ud800b"), "a\ufffd\ufffd\ufffdb")
})

test("the content security policy allows no script and only this style sheet", () => {
  const page = reportHtml(syntheticResults())
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? ""
  const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? ""
  assert.match(policy, /default-src 'none'/)
  assert.doesNotMatch(policy, /script-src|unsafe/)
  assert.ok(policy.includes(`'sha256-${createHash("sha256").update(style).digest("base64")}'`))
  assert.ok(page.indexOf("Content-Security-Policy") < page.indexOf("<style>"))
  assert.doesNotMatch(page, /\sstyle=|<script|https?:|url\(|@import/)
})

test("text of drawings is coloured by a rule without ancestors: inside a used group no other one holds", () => {
  assert.match(reportHtml(syntheticResults({ rows: 1 })), /\ntext\{fill:var\(--muted\)/)
})

test("the page has every part, per cell", () => {
  const page = reportHtml(syntheticResults({ cells: 2, seeds: 3 }))
  const parts = [
    "Accuracy",
    "Comparisons",
    "All figures",
    "Accuracy over the tasks",
    "Forgetting over the tasks",
    "Accuracy matrix",
    "Router confusion",
    "Gates by layer",
    "Cost against accuracy",
  ]
  for (const part of parts) assert.equal(page.split(`<h3>${part}</h3>`).length, 3, part)
  assert.match(page, /Mean over 3 seeds/)
  assert.match(page, /not defined: bottleneck adapters have no input gate/)
  assert.match(page, /id="provenance"/)
  assert.match(page, /WordNet 3\.1 is used/)
  assert.ok(page.includes("a".repeat(64)))
})

test("an experiment of one task, without comparisons, gates or rows still makes a page", () => {
  const one = syntheticResults({ tasks: 1, perTask: 3, rows: 2 })
  assert.match(reportHtml(one), /there is no curve/)
  const bare = { ...one, cells: one.cells.map((cell) => ({ ...cell, rows: [], summary: [], comparisons: [] })) }
  assert.match(reportHtml(bare), /The spec asks for none/)
})

test("2,500 examples, 25 rows and 25 tasks stay under two megabytes", () => {
  const large = { tasks: 25, rows: 25, units: 6, lastGates: true }
  for (const [cells, perTask] of [
    [1, 100],
    [4, 10],
  ]) {
    const page = reportHtml(syntheticResults({ ...large, cells, perTask }))
    assert.ok(Buffer.byteLength(page) < 2e6, `${page.length}`)
    if (cells === 4) assert.match(page, /would make this page too large/)
  }
})

test("text on every step of a heat map, and all text on the paper, has enough contrast", () => {
  for (const palette of [LIGHT, DARK]) {
    for (let level = 0; level <= HEAT_STEPS; level++) {
      const background = heatColour(palette, level)
      assert.ok(contrast(background, textOn(background)) >= 4.5, background)
    }
    for (const text of [palette.ink, palette.muted, palette.router, palette.warm])
      assert.ok(contrast(palette.paper, text) >= 4.5, text)
  }
  assert.equal(Math.round(contrast("#000000", "#ffffff")), 21)
})

test("confusion counts the chosen modules of all seeds; gates are shares with the own module's beside", () => {
  const [cell] = syntheticResults({ tasks: 3, perTask: 20, rows: 1, seeds: 2, units: 2 }).cells
  const found = confusion(cell, cell.rows)
  const { chosen, example } = cell.rows[0].stages[2].predictions
  const other = cell.rows[1].stages[2].predictions
  const hits = [
    ...chosen.map((module, k) => [module, example[k]]),
    ...other.chosen.map((module, k) => [module, other.example[k]]),
  ]
  const own = hits.filter(([module, id]) => cell.examples[id].task === 1 && module === 2).length
  assert.equal(found?.shares[1][2], (100 * own) / 40)
  const use = gateUse(cell, cell.rows)
  for (const unit of use?.units ?? []) assert.ok(Math.abs(unit.shares.reduce((sum, part) => sum + part, 0) - 1) < 1e-5) // six digits each
  assert.ok((use?.units[0].own ?? 0) > 1 / 3)
})

test("the page shows gates by layer, and by layer and task", () => {
  const page = reportHtml(syntheticResults({ tasks: 3, rows: 2, units: 2 }))
  assert.equal(page.split("mass on the right module</span>").length - 1, 2)
  assert.equal(page.split("entropy</span>").length - 1, 2)
  assert.equal(page.split('<span class="of">layer.1</span>').length - 1, 2)
  assert.match(page, /<th scope="col">MI<\/th><th scope="col">used<\/th>/)
})

test("mean over seeds skips what was not evaluated", () => {
  const matrix = (values: (number | null)[][]) => ({ classIncremental: values, taskIncremental: values })
  const [row] = syntheticResults({ tasks: 2, rows: 1 }).cells[0].rows
  const rows = [
    {
      ...row,
      matrix: matrix([
        [80, null],
        [60, 90],
      ]),
    },
    {
      ...row,
      matrix: matrix([
        [null, null],
        [70, 80],
      ]),
    },
  ]
  assert.deepEqual(meanMatrix(rows, "classIncremental"), [
    [80, null],
    [65, 85],
  ])
  assert.deepEqual(
    curve(rows, "classIncremental", (soFar) => soFar.at(-1)?.[0] ?? undefined),
    [80, 65],
  )
})

test("axes hold their values, ticks are round, and a cost scale keeps the order", () => {
  const axis = axisOf([41.3, 87.9], [0, 100])
  assert.deepEqual(axis.ticks, [40, 60, 80, 100])
  assert.ok(share(axis, 41.3) > 0 && share(axis, 87.9) < 1)
  assert.equal(axisOf([]).ticks.length > 1, true)
  const costs = [0, 0.04, 6, 140]
  const at = costs.map(costScale(costs).at)
  assert.deepEqual(
    [...at].sort((a, b) => a - b),
    at,
  )
  assert.ok(at[0] === 0 && at[3] <= 1)
})

test("the front holds the points that none beats in cost and accuracy", () => {
  const point = (x: number, y: number, number: number) => ({ x, y, number, look: "router" })
  const front = paretoFront([point(3, 50, 1), point(1, 40, 2), point(1, 45, 3), point(2, 44, 4), point(5, 60, 5)])
  assert.deepEqual(
    front.map(({ number }) => number),
    [3, 1, 5],
  )
})
