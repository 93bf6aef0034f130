import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { cellTable } from "../../src/report/table.ts"
import { terminalOf } from "../../src/report/terminal.ts"
import { terminalReport } from "../../src/report/terminal_report.ts"
import { textWidth, wrapped } from "../../src/report/text_width.ts"
import { syntheticResults } from "./fixture.ts"

const [cell] = syntheticResults({ rows: 3, seeds: 3, perTask: 8 }).cells

const ESCAPE = /\u001b/

test("80 columns, plain: folded into blocks, each led by the name, heads and statistics", () => {
  assert.equal(
    cellTable(cell, { columns: 80, plain: true }),
    `routing / low_rank / written: 5 tasks, 25 classes, 40 test examples, 3 seeds

Row        Heads  Statistics      Class-incr. %       Task-incr. %   Anytime %
------------------------------------------------------------------------------
learnt     refit  memory      62.0 [59.3, 64.4]  75.0 [72.7, 77.1]  71.4 +-2.0
learnt     kept   memory      59.0 [56.3, 61.4]  73.5 [71.2, 75.6]  68.4 +-2.0
arrow      kept   weights     57.5 [54.8, 59.9]  72.8 [70.5, 74.8]  66.9 +-2.0
phatgoose  refit  memory      not defined


Row        Heads  Statistics  Forgetting     Backward  Learning %    Router %
-----------------------------------------------------------------------------
learnt     refit  memory      17.6 +-1.7  -17.6 +-1.7  88.2 +-1.1  66.0 +-2.1
learnt     kept   memory      18.2 +-1.7  -18.2 +-1.7  88.2 +-1.1  66.0 +-2.1
arrow      kept   weights     18.5 +-1.7  -18.5 +-1.7  88.2 +-1.1  42.0 +-2.1


Row        Heads  Statistics      Entropy  Trained  Stored  FLOPs  Fit CPU
--------------------------------------------------------------------------
learnt     refit  memory      0.71 +-0.01     3860  114 kB  1.41x   21.6 s
learnt     kept   memory      0.71 +-0.01     3860  114 kB  1.41x   21.6 s
arrow      kept   weights     0.71 +-0.01        0  114 kB  1.41x   0.04 s

phatgoose (refit, memory): not defined (bottleneck adapters have no input gate).
Heads: kept = as each task trained them, joined; refit = the joined heads
trained further on the memory; joint = one head over all classes.
Statistics from: the memory, all training data, the trained weights alone, or
none.
Brackets: 95 % interval; +-: half the width of the 95 % interval.`,
  )
})

test("one task is one task", () => {
  const alone = cellTable({ ...cell, tasks: cell.tasks.slice(0, 1) }, { columns: 120, plain: true })
  assert.match(alone, /^routing \/ low_rank \/ written: 1 task, /)
})

test("a wide terminal has one block with every interval in full", () => {
  const text = cellTable(cell, { columns: 260, plain: true })
  assert.equal(text.split("\n").filter((line) => line.startsWith("Row ")).length, 1)
  assert.match(
    text,
    /learnt +refit +memory +62\.0 \[59\.3, 64\.4\] .* 0\.71 \[0\.70, 0\.72\] +3860 +114 kB +1\.41x +21\.6 s/,
  )
})

test("no line is wider than the terminal", () => {
  for (const columns of [80, 100, 140, 200]) {
    const text = terminalReport(syntheticResults({ seeds: 1 }), [], { columns, plain: true })
    for (const line of text.split("\n")) assert.ok(textWidth(line) <= columns, `${columns}: ${line}`)
  }
})

test("a figure without an interval is not printed", () => {
  const bare = { ...cell, summary: cell.summary.map((row) => ({ ...row, classIncremental: { value: 12.34 } })) }
  assert.doesNotMatch(cellTable(bare, { columns: 260, plain: true }), /12\.3/)
})

test("colour only where the terminal is one and NO_COLOR is not set", () => {
  const results = syntheticResults({ rows: 7 })
  const plain = terminalReport(results, [], terminalOf({ isTTY: true, columns: 100 }, { NO_COLOR: "1" }))
  assert.doesNotMatch(plain, ESCAPE)
  assert.match(plain, /^[\x20-\x7e\n]*$/)
  assert.doesNotMatch(terminalReport(results, [], terminalOf({ isTTY: false }, {})), ESCAPE)
  const coloured = terminalReport(results, [], terminalOf({ isTTY: true, columns: 100 }, {}))
  assert.match(coloured, ESCAPE)
  assert.match(coloured, /\u00b1/)
})

test("the comparisons say difference, interval, p, what was detectable, caveat and conclusion; then come the files", () => {
  const text = terminalReport(syntheticResults({}), [{ what: "report", path: "out/report.html" }], {
    columns: 200,
    plain: true,
  })
  assert.match(
    text,
    /learnt \(kept\) - class_gaussian_all \(kept\): class-incremental, all tasks, 200 examples, 1 seed/,
  )
  assert.match(text, /-11\.0 points \[-13\.4, -8\.5\], p < 0\.001, corrected < 0\.001, detectable 3\.4/)
  assert.match(text, /Mind: class statistics of all training data against a router fitted on the memory\./)
  assert.match(text, /Warnings\n {2}arrow \(kept, weights\): the gates of layer\.3 collapsed on one module/)
  assert.match(text, /Files\n {2}report {2}out\/report\.html\n/)
})

test("names cannot move the cursor, break a line or turn the direction of text", () => {
  const text = terminalReport(syntheticResults({ taint: "\u001b[2J\r\n\u202ex" }), [], { columns: 200, plain: true })
  assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u202e]/)
})

test("wrapping loses no word and keeps to the width", () => {
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[a-z\u4e00-\u4e10]{1,8}$/), { minLength: 1 }),
      fc.integer({ min: 16, max: 60 }),
      (words, columns) => {
        const lines = wrapped(words.join(" "), columns)
        assert.equal(lines.join(" "), words.join(" "))
        for (const line of lines) assert.ok(textWidth(line) <= columns)
      },
    ),
  )
})

test("forgetting and backward transfer of other codes are shown where they are named", () => {
  const figure = { value: 1.5, interval: [1, 2] as const }
  const summary = cell.summary.map((line) => ({ ...line, forgettingAllRows: figure, backwardTransferSapt: figure }))
  const asked = (measures?: readonly string[]) =>
    cellTable({ ...cell, summary, measures }, { columns: 200, plain: true })
  assert.doesNotMatch(asked(), /mammoth|SAPT/)
  assert.doesNotMatch(asked(["accuracy", "forgetting", "backward_transfer"]), /mammoth|SAPT/)
  assert.match(
    asked(["forgetting", "forgetting_all_rows", "backward_transfer_sapt"]),
    /Forgetting +F \(mammoth\) +BWT \(SAPT\)\n-+\n.* 17\.6 \[15\.8, 19\.2\] +1\.5 \[1\.0, 2\.0\] +1\.5 \[1\.0, 2\.0\]\n/,
  )
})

test("routing by layer and task is shown where it is asked for, in lines that fit", () => {
  const results = syntheticResults({ tasks: 5, rows: 3, units: 2 })
  const asked = (columns: number) => {
    const cells = results.cells.map((one) => ({ ...one, measures: ["accuracy", "routing"] }))
    return terminalReport({ ...results, cells }, [], { columns, plain: true })
  }
  assert.doesNotMatch(terminalReport(results, [], { columns: 120, plain: true }), /Routing by layer/)
  const text = asked(160)
  assert.match(text, /Routing by layer and task\nTasks and their modules: 1 living, 2 matter/)
  assert.match(
    text,
    /learnt \(refit, memory\)\n +used +MI +right +load 1.*load 5 +own 1.* own 5 +H 1.*H 5\n +layer\.0( +\d+(\.\d)?){18}\n/,
  )
  for (const line of asked(80).split("\n")) assert.ok(textWidth(line) <= 80, line)
})
