import assert from "node:assert/strict"
import { test } from "node:test"
import type { Results } from "../../src/learning/results.ts"
import { reportHtml } from "../../src/report/html/report.ts"
import { isResultsProblem, readResults, resultsJson } from "../../src/report/json.ts"
import { matrixCsv } from "../../src/report/matrix_csv.ts"
import { terminalReport } from "../../src/report/terminal_report.ts"
import { syntheticResults } from "./fixture.ts"

const SMALL = { tasks: 3, perTask: 4, rows: 2, seeds: 2, cells: 2 }
const write = (results: Results): string => [...resultsJson(results)].join("")

/** The message of a file that must not be readable. */
function refused(text: string): string {
  const found = readResults(text, "results.json")
  assert.ok(isResultsProblem(found))
  assert.equal(found.file, "results.json")
  assert.ok(found.help.length > 10)
  return found.message
}

test("results.json reads back as what was written, a line per row", () => {
  const results = syntheticResults({ ...SMALL, taint: ` "quoted" \u2028 \\ ` })
  const text = write(results)
  assert.deepEqual(readResults(text, "results.json"), JSON.parse(JSON.stringify(results)))
  assert.ok(text.split("\n").length > 2 * (4 + 3 + 3))
})

test("no cells, and cells without rows, are results too", () => {
  const results = syntheticResults({ cells: 0 })
  assert.deepEqual(readResults(write(results), "f"), JSON.parse(JSON.stringify(results)))
  const [cell] = syntheticResults(SMALL).cells
  const bare = { ...results, cells: [{ ...cell, rows: [], summary: [], comparisons: [] }] }
  assert.deepEqual(readResults(write(bare), "f"), JSON.parse(JSON.stringify(bare)))
})

test("a file that is empty, cut short, of another kind or version is refused with a reason", () => {
  const text = write(syntheticResults(SMALL))
  assert.match(refused(""), /is empty/)
  assert.match(refused(text.slice(0, text.length / 2)), /cut short/)
  assert.match(refused("{}"), /"schema" is nothing/)
  assert.match(refused("[1]"), /no results of l2r/)
  assert.match(refused("null"), /no results of l2r/)
  assert.match(refused(text.replace('"version":1', '"version":2')), /version 2 .* reads version 1/)
})

test("a field that is missing or of another type is named with its place", () => {
  const text = write(syntheticResults(SMALL))
  assert.match(refused(text.replace('"tasks":[', '"task":[')), /"cells\[0\]\.tasks" is missing/)
  assert.match(refused(text.replace('"seed":1', '"seed":"one"')), /"cells\[0\]\.rows\[0\]\.seed" is not a number/)
  assert.match(refused(text.replace('"cores":2', '"cores":null')), /"provenance\.machine\.cores" is not a number/)
})

test("what the command line changed is told in the page and on the terminal, and is read back", () => {
  const plain = syntheticResults(SMALL)
  const changes = [
    { path: "low_rank.rank", before: "8", after: "sweep [4, 8]" },
    { path: "routing.seeds", after: "1..5" },
  ]
  const results = { ...plain, provenance: { ...plain.provenance, changes } }
  const terminal = { columns: 80, plain: true }
  assert.match(
    terminalReport(results, [], terminal),
    /Changed on the command line\n +low_rank\.rank: 8, now sweep \[4, 8\]\n +routing\.seeds: now 1\.\.5/,
  )
  assert.match(
    reportHtml(results),
    /<h3>Changed on the command line<\/h3><dl><dt>low_rank\.rank<\/dt><dd>8, now sweep \[4, 8\]<\/dd>/,
  )
  assert.doesNotMatch(reportHtml(plain) + terminalReport(plain, [], terminal), /Changed on the command line/)
  assert.deepEqual(readResults(write(results), "f"), JSON.parse(JSON.stringify(results)))
  assert.match(
    refused(write(results).replace('"after":"1..5"', '"after":5')),
    /"provenance\.changes\[1\]\.after" is not a text/,
  )
})

/** Reads CSV as RFC 4180 says; written apart from the writer. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  const pattern = /(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n)/gy
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    row.push(match[1] === undefined ? match[2] : match[1].replaceAll('""', '"'))
    if (match[3] === "\n") {
      rows.push(row)
      row = []
    }
  }
  return rows
}

test("matrix.csv holds every accuracy of every row and seed, and reads back exactly", () => {
  const results = syntheticResults({ ...SMALL, taint: ' "x", y\nz ' })
  const [head, ...lines] = parseCsv(matrixCsv(results))
  assert.deepEqual(head, ["cell", "row", "head", "seed", "setup", "after", "on", "accuracy", "marks"])
  assert.equal(lines.length, 2 * 2 * 2 * 2 * 6)
  const read = new Map(lines.map((line) => [line.slice(0, 7).join("|"), Number(line[7])]))
  for (const cell of results.cells) {
    for (const row of cell.rows) {
      row.matrix.taskIncremental.forEach((accuracies, i) => {
        accuracies.forEach((accuracy, j) => {
          const name = `${cell.experiment} / ${cell.adapter} / ${cell.order}`
          const key = [name, row.name, row.head, row.seed, "task_incremental", cell.tasks[i], cell.tasks[j]].join("|")
          assert.equal(read.get(key), accuracy ?? undefined)
        })
      })
    }
  }
})
