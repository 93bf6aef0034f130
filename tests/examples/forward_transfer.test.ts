/** Forward transfer: what isn't told the task meets the next one before it is learnt, and nothing else changes. */
import assert from "node:assert/strict"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { fileURLToPath } from "node:url"
import type { Cell, Row } from "../../src/learning/results.ts"
import { cellTable } from "../../src/report/table.ts"
import { example, type Ran, ran } from "./shrunk.ts"

const place = mkdtempSync(join(tmpdir(), "l2r-forward-"))
after(() => rmSync(place, { recursive: true, force: true }))
const store = join(place, "store")
const encoder = fileURLToPath(new URL("../golden/tiny_bert", import.meta.url))

const TERMINAL = { columns: 160, plain: true } as const

/** Three places, in each of which texts are about what is wet and what is dry. */
const PLACES = { weather: "the sun and rain", kitchen: "hot tea and soup", house: "the good storm" }
const WORDS = { dry: ["warm sun", "dry bread", "dry today"], wet: ["cold rain", "wet cloud", "wet tea"] }

const write = (folder: string): void => {
  for (const [task, told] of Object.entries(PLACES)) {
    const rows = Object.entries(WORDS).flatMap(([label, words]) =>
      words.map((word) => JSON.stringify({ text: `${told} ${word}`, label })),
    )
    mkdirSync(join(folder, task), { recursive: true })
    for (const split of ["train", "test"]) writeFileSync(join(folder, task, `${split}.jsonl`), rows.join("\n"))
  }
}

const spec = (measure: string): string => `language 1
backbone encoder = bert ${JSON.stringify(encoder)} { max_tokens: 12 }
data words = jsonl "data"
stream places { tasks: words[weather, kitchen, house], scenario: domain_incremental, orders: [written, reversed] }
memory few = random { per_class: 2 }
adapter low_rank = lora { rank: 2, targets: [query, value] }
train brief { epochs: 20, batch: 4, learning_rate: 1e-2 }
router learnt = l2r { memory: few, epochs: 2 }
router nearest = similarity { statistics: memory, memory: few }
composition joined = concatenation
strategy close = mbpa_pp { memory: few }
experiment ahead {
  on: encoder, stream: places, adapters: low_rank, train: brief
  routers: [learnt, nearest], compositions: joined
  bounds: [oracle, uniform, sequential, close, frozen_class_centroid], seeds: 1..2
  measure: [accuracy, ${measure}]
}
`

let without: Cell
let first: Cell
let second: Ran
before(async () => {
  write(join(place, "data"))
  const on = (text: string) => ran({ file: "spec.l2r", text, directory: place }, store)
  without = (await on(spec("anytime"))).results.cells[0]
  second = await on(spec("anytime, forward_transfer"))
  first = second.results.cells[0]
})

const cellsAhead = ({ matrix: { classIncremental: R } }: Row) => [R[0][1], R[1][2]]

test("every row that isn't told the task is tested on the next one: b is a guess between two labels", () => {
  const lines = second.results.cells.flatMap((cell) => cell.summary.map((line) => ({ cell, ...line })))
  assert.equal(lines.length, 2 * first.summary.length)
  for (const { cell, row, head, knowsTask, forwardTransfer } of lines) {
    const rows = cell.rows.filter((one) => one.name === row && one.head === head)
    const before = rows.flatMap(cellsAhead)
    assert.equal(knowsTask, row === "oracle")
    if (knowsTask) {
      assert.equal(forwardTransfer, undefined)
      assert.deepEqual(before, [null, null, null, null])
      continue
    }
    const mean = before.reduce((sum: number, cell) => sum + (cell as number), 0) / before.length
    assert.ok(Math.abs(forwardTransfer!.value - (mean - 50)) < 1e-9, row)
    for (const { matrix } of rows) {
      assert.equal(matrix.classIncremental[0][2], null)
      assert.equal(matrix.taskIncremental[0][1], null)
    }
  }
})

test("what is learnt of one place is known of the next", () => {
  const known = first.summary.find(({ row }) => row === "sequential")!
  assert.ok(known.forwardTransfer!.value > 20, `${known.forwardTransfer!.value}`)
})

test("it is a column where it is named, and other figures and predictions are what they were", () => {
  assert.match(cellTable(first, TERMINAL), /Forward/)
  assert.doesNotMatch(cellTable(without, TERMINAL), /Forward/)
  for (const [i, row] of without.rows.entries())
    for (const [k, { index, predictions }] of row.stages.entries()) {
      const now = first.rows[i].stages[k].predictions
      const seen = now.example.flatMap((id, at) => (first.examples[id].task <= index ? [at] : []))
      assert.deepEqual(
        seen.map((at) => [now.example[at], now.classIncremental[at]]),
        predictions.example.map((id, at) => [id, predictions.classIncremental[at]]),
        row.name,
      )
    }
  for (const [i, { forwardTransfer: _, ...line }] of first.summary.entries()) {
    assert.deepEqual(line.classIncremental, without.summary[i].classIncremental)
    assert.deepEqual(line.anytime, without.summary[i].anytime)
  }
})

test("asking for it trains and fits nothing again", () => {
  const kinds = [...second.computed.values()].map((label) => label.split(":")[0])
  assert.deepEqual([...new Set(kinds)].sort(), ["encode", "evaluate", "scores"])
})

test("written answers count by their score, and base_model's figure is what others are read against", async () => {
  const { results } = await ran(
    example("05_answers", {
      "words[say, follow, oppose]": "words[say, follow]",
      "epochs: 60, batch: 8": "epochs: 2, batch: 8",
      "routers:  [learnt, merged, spectral, nearest]": "routers:  nearest",
      "measure:  [rouge_l,": "measure:  [forward_transfer, rouge_l,",
      "  compare learnt against [uniform, nearest] on rouge_l\n": "",
    }),
    store,
  )
  const [cell] = results.cells
  for (const { row, forwardTransfer } of cell.summary) {
    const [{ matrix }] = cell.rows.filter(({ name }) => name === row)
    const told = row === "oracle"
    assert.equal(forwardTransfer?.value, told ? undefined : (matrix.rougeL![0][1] as number), row)
  }
})
