/** `examples/05_answers`, made small: texts that are answered in words, from the spec to the table. */
import assert from "node:assert/strict"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { exactMatch, rougeL } from "../../src/learning/metrics/index.ts"
import type { Cell, Row } from "../../src/learning/results.ts"
import { isResultsProblem, matrixCsv, readResults, reportHtml, resultsJson } from "../../src/report/index.ts"
import { cellTable } from "../../src/report/table.ts"
import { modulesOf, trainedModule } from "../../src/run/peft/trained.ts"
import { peftFiles } from "../../src/run/peft/write.ts"
import { tinyLlamaAt } from "../run/writing/tiny_llama.ts"
import { example, type Ran, ran } from "./shrunk.ts"

const place = mkdtempSync(join(tmpdir(), "l2r-answers-"))
after(() => rmSync(place, { recursive: true, force: true }))
const store = join(place, "store")

const SMALL = {
  "words[say, follow, oppose]": "words[say, follow]",
  "epochs: 60, batch: 8": "epochs: 36, batch: 8",
  "memory: few, epochs: 60": "memory: few, epochs: 15",
  "routers:  [learnt, merged, spectral, nearest]": "routers:  [learnt, nearest]\n  compositions: [joined, signs]",
  "experiment ": "composition joined = concatenation\ncomposition signs = ties { density: 50% }\n\nexperiment ",
  "on rouge_l": "on rouge_l\n  compare oracle against [uniform, base_model] on exact_match",
}

let first: Ran
before(async () => {
  first = await ran(example("05_answers", SMALL), store)
})

const rowOf = ({ rows }: Cell, name: string): Row => rows.find((row) => row.name === name) as Row
const lineOf = ({ summary }: Cell, name: string) => summary.find(({ row }) => row === name)!

test("what is learnt is written: the modules answer, the untrained backbone does not, and uniform gates are below the oracle", () => {
  const [cell] = first.results.cells
  const [oracle, uniform, base, learnt] = ["oracle", "uniform", "base_model", "learnt"].map((name) =>
    lineOf(cell, name),
  )
  assert.ok(oracle.rougeL!.value > 80, `oracle ${oracle.rougeL!.value}`)
  assert.ok(oracle.exactMatch!.value > 50, `oracle exactly ${oracle.exactMatch!.value}`)
  assert.ok(base.rougeL!.value < 20, `base model ${base.rougeL!.value}`)
  assert.ok(uniform.rougeL!.value < oracle.rougeL!.value - 20, `uniform ${uniform.rougeL!.value}`)
  assert.ok(learnt.rougeL!.value > uniform.rougeL!.value, `learnt ${learnt.rougeL!.value}`)
  assert.equal(lineOf(cell, "nearest").routerAccuracy!.value, 100)
})

test("composed modules write answers too: side by side they write those of uniform gates, and have no heads", () => {
  const [cell] = first.results.cells
  const [joined, signs, uniform] = ["joined", "signs", "uniform"].map((name) => rowOf(cell, name))
  const said = (row: Row) => row.stages.map(({ predictions }) => predictions.written!.texts)
  assert.deepEqual(said(joined), said(uniform))
  assert.ok(signs.stages.length === 2 && lineOf(cell, "signs").rougeL!.value >= 0)
  for (const { head, composition } of [joined, signs]) {
    assert.equal(head, "none")
    assert.ok(composition!.sites.length > 0 && composition!.logits === undefined)
  }
})

test("every text that was written is kept, and scores what it says against the best of its references", () => {
  const [cell] = first.results.cells
  assert.deepEqual(cell.answers, {
    max_tokens: 6,
    beams: 1,
    cut: ["say", "follow"].map((task) => ({ task, cut: 0, of: 24 })),
  })
  assert.deepEqual(cell.classes, [])
  for (const row of cell.rows)
    for (const { index, predictions } of row.stages) {
      const { texts, rougeL: scores, exactMatch: exact } = predictions.written!
      assert.equal(texts.length, 12 * (index + 1))
      assert.deepEqual([predictions.classIncremental, predictions.taskIncremental], [[], []])
      predictions.example.forEach((id, k) => {
        const { references = [] } = cell.examples[id]
        assert.equal(references.length, 1)
        assert.equal(scores[k], 100 * rougeL(texts[k], references[0]))
        assert.equal(exact[k], exactMatch(texts[k], references[0]) ? 100 : 0)
      })
    }
  const learnt = rowOf(cell, "learnt")
  const means = [0, 1].map((task) => {
    const { example: ids, written } = learnt.stages[1].predictions
    const own = ids.flatMap((id, k) => (cell.examples[id].task === task ? [written!.rougeL[k]] : []))
    return own.reduce((sum, score) => sum + score, 0) / own.length
  })
  learnt.matrix.rougeL![1].forEach((value, task) => assert.ok(Math.abs(value! - means[task]) < 1e-9))
  assert.ok(Math.abs(lineOf(cell, "learnt").rougeL!.value - (means[0] + means[1]) / 2) < 1e-9)
})

test("I1: under the true module nothing is forgotten, bit by bit", () => {
  const [cell] = first.results.cells
  const { matrix, stages } = rowOf(cell, "oracle")
  assert.equal(matrix.rougeL![1][0], matrix.rougeL![0][0])
  assert.equal(lineOf(cell, "oracle").forgetting!.value, 0)
  const said = (stage: number) =>
    new Map(stages[stage].predictions.example.map((id, k) => [id, stages[stage].predictions.written!.texts[k]]))
  for (const [id, text] of said(0)) assert.equal(said(1).get(id), text)
  assert.ok(lineOf(cell, "sequential").forgetting!.value > 20, "and what trains one module for all forgets")
})

test("comparisons are made on both scores, and corrected together", () => {
  const { comparisons } = first.results.cells[0]
  assert.deepEqual(
    comparisons.map(({ left, right, on, setup }) => [left, right, on, setup].join(" ")),
    [
      "learnt uniform rouge_l rouge_l",
      "learnt nearest rouge_l rouge_l",
      "oracle uniform exact_match exact_match",
      "oracle base_model exact_match exact_match",
    ],
  )
  for (const { conclusion, p, corrected } of comparisons) {
    assert.match(conclusion, /on (Rouge-L|exact match)/)
    assert.doesNotMatch(conclusion, /incremental/)
    assert.ok(corrected >= p)
  }
  assert.match(comparisons[3].conclusion, /^oracle is .* better than base_model on exact match/)
})

test("the table, the page and the files say scores, and why there is no accuracy", async () => {
  const { results } = first
  const table = cellTable(results.cells[0], { columns: 120, plain: true })
  assert.match(table, /2 tasks, answers in words, 24 test examples/)
  assert.match(table, /Row .*Rouge-L % .*Exact % .*Forgetting .*Router %/)
  assert.doesNotMatch(table, /incr\. %/)
  assert.match(table.replace(/\s+/g, " "), /Accuracy over classes is not defined: an answer is written/)
  const page = await reportHtml(results)
  assert.match(page, /<h3>Rouge-L<\/h3>/)
  assert.match(page, /<h3>Answers<\/h3>/)
  assert.match(page, /<td><bdi>(it is|then comes) /)
  assert.doesNotMatch(page, /class-incremental|Class-incr/)
  assert.match(matrixCsv(results), /,rouge_l,/)
  const text = [...resultsJson(results)].join("")
  const read = readResults(text, "results.json")
  assert.ok(!isResultsProblem(read), JSON.stringify(read))
  assert.deepEqual(read.cells, JSON.parse(text).cells)
})

test("answers that did not end are told of", () => {
  const [cell] = first.results.cells
  const { stages, warnings } = rowOf(cell, "base_model")
  const { unfinished, texts } = stages.at(-1)!.predictions.written!
  assert.ok(unfinished.length > 0)
  assert.deepEqual(warnings, [
    `${unfinished.length} of ${texts.length} answers had not ended at \`max_tokens\` and are cut`,
  ])
})

test("nothing is computed twice, and a wider search writes anew with the same modules and routers", async () => {
  const again = await ran(example("05_answers", SMALL), store)
  assert.deepEqual([...again.computed.values()], [])
  assert.deepEqual(again.results.cells, first.results.cells)
  const wider = await ran(
    example("05_answers", {
      ...SMALL,
      "beams: 1": "beams: 3",
      "[oracle, uniform, base_model, sequential]": "[oracle, uniform, base_model]",
    }),
    store,
  )
  const kinds = new Set([...wider.computed.values()].map((step) => step.split(":")[0]))
  assert.deepEqual([...kinds].sort(), ["scores", "write"])
  assert.ok(lineOf(wider.results.cells[0], "oracle").rougeL!.value > 80)
})

test("a decoder goes on after its prompt: the same spec on a tiny Llama", async () => {
  const changes = {
    ...SMALL,
    't5 "writer" { network: encoder_decoder }': `llama ${JSON.stringify(tinyLlamaAt(place))} { max_tokens: 16 }`,
    "[oracle, uniform, base_model, sequential]": "[oracle, uniform, base_model]",
    "routers:  [learnt, merged, spectral, nearest]": "routers:  [learnt, spectral, nearest]",
  }
  const { results } = await ran(example("05_answers", changes), store)
  const [cell] = results.cells
  const [oracle, uniform] = ["oracle", "uniform"].map((name) => lineOf(cell, name).rougeL!.value)
  assert.ok(oracle > 80 && uniform < oracle - 20, `oracle ${oracle}, uniform ${uniform}`)
  const { gates } = rowOf(cell, "learnt").stages[1]
  assert.deepEqual(gates!.units, ["layer.0", "layer.1"])
  assert.ok(new Set(gates!.mean.map(([[gate]]) => gate)).size > 1, "gates depend on the prompt")
  assert.equal(rowOf(cell, "spectral").stages[1].gates!.granularity, "token")
})

test("modules that left as PEFT folders come back in a library, and write what they wrote; another base model is refused", async () => {
  const seen = first.planned
  for (const [name, step] of modulesOf(seen).filter(([{ task }]) => ["say", "follow"].includes(task))) {
    const { network, module, base, labels } = await trainedModule(step, name, store)
    for (const [file, content] of Object.entries(peftFiles(network, module, { base, labels }))) {
      mkdirSync(join(place, "peft", name.task), { recursive: true })
      writeFileSync(join(place, "peft", name.task, file), content)
    }
  }
  const [say, follow] = ["say", "follow"].map((task) => JSON.stringify(join(place, "peft", task)))
  const library = {
    ...SMALL,
    "memory few": `library theirs { say: ${say}, follow: ${follow} }\n\nmemory few`,
    "adapters: low_rank": "adapters: theirs",
    "[oracle, uniform, base_model, sequential]": "[oracle, uniform, base_model]",
  }
  const again = await ran(example("05_answers", library), store)
  const kinds = [...again.computed.values()].map((step) => step.split(":")[0])
  assert.ok(kinds.includes("imported") && !kinds.includes("module"), kinds.join())
  const [ours, theirs] = [first, again].map(({ results }) => results.cells[0])
  for (const row of ["oracle", "uniform", "learnt", "nearest", "base_model"])
    for (const [s, { predictions }] of rowOf(theirs, row).stages.entries())
      assert.deepEqual(predictions.written, rowOf(ours, row).stages[s].predictions.written, `${row}, stage ${s}`)

  const other = {
    ...library,
    't5 "writer" { network: encoder_decoder }': `llama ${JSON.stringify(tinyLlamaAt(place))}`,
  }
  await assert.rejects(ran(example("05_answers", other), store), (error: Error & { span?: object }) => {
    assert.match(error.message, /trained on another base model/)
    assert.ok(error.span)
    return true
  })
})

test("the page docs/text_to_text.md shows this spec", () => {
  const { text } = example("05_answers")
  const page = readFileSync(new URL("../../docs/text_to_text.md", import.meta.url), "utf8")
  assert.ok(page.includes(text.slice(text.indexOf("backbone writer")).trim()))
})

test("the spec reads what make.ts makes", async () => {
  const { WORDS, wordTasksAt, writerAt } = await import("../../examples/05_answers/make.ts")
  assert.ok(WORDS.includes("red"))
  const made = join(place, "made")
  const [writer, words] = [writerAt(made), wordTasksAt(made)]
  const shipped = new URL("../../examples/05_answers/", import.meta.url)
  for (const file of ["config.json", "tokenizer.json", "model.safetensors"])
    assert.deepEqual(readFileSync(join(writer, file)), readFileSync(new URL(`writer/${file}`, shipped)), file)
  for (const task of ["say", "follow", "oppose"])
    for (const split of ["train", "test"])
      assert.equal(
        readFileSync(join(words, task, `${split}.jsonl`), "utf8"),
        readFileSync(new URL(`words/${task}/${split}.jsonl`, shipped), "utf8"),
      )
})
