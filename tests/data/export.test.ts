import assert from "node:assert/strict"
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import fc from "fast-check"
import jsonl from "../../plugins/data/jsonl/index.ts"
import type { Task } from "../../src/plugin/index.ts"
import { ExportError, exportedFiles, writeExport } from "../../src/run/export.ts"
import { withFiles } from "./folder.ts"

const fields = { text: "text", label: "label" }

const PLAIN = { noNullPrototype: true }

/** Any text, lone surrogates and control characters included. */
const text = fc
  .string({ unit: "binary" })
  .chain((whole) => fc.constantFrom(whole, `${whole}\uD800`, `"\\\r\n\u2028\0${whole}`))
const label = fc.string({ unit: "binary", minLength: 1, maxLength: 12 })
const task: fc.Arbitrary<Task> = fc
  .record(
    {
      name: fc.stringMatching(/^[a-z][a-z0-9_-]{0,8}$/),
      labels: fc.uniqueArray(label, { minLength: 1, maxLength: 4 }),
    },
    PLAIN,
  )
  .chain(({ name, labels }) => {
    const example = fc.record({ text, label: fc.constantFrom(...labels) }, PLAIN)
    const others = fc.array(example, { maxLength: 5 })
    const each = fc.tuple(...labels.map((one) => fc.record({ text, label: fc.constant(one) }, PLAIN)))
    return fc.record(
      {
        name: fc.constant(name),
        labels: fc.constant(labels),
        train: fc.tuple(each, others).map(([a, b]) => [...a, ...b]),
        validation: others,
        test: fc.tuple(example, others).map(([a, b]) => [a, ...b]),
      },
      PLAIN,
    )
  })
const tasks = fc.uniqueArray(task, { minLength: 1, maxLength: 3, selector: ({ name }) => name })

test("what is exported is read back as it was", () =>
  fc.assert(
    fc.asyncProperty(tasks, (given) =>
      withFiles({}, async (folder) => {
        writeExport({ tasks: given, source: "test" }, join(folder, "out"))
        const names = given.map(({ name }) => name)
        const place = { directory: folder }
        assert.deepEqual([...(await jsonl.tasks("out", fields, place))].sort(), [...names].sort())
        assert.deepEqual(await jsonl.load(names, "out", fields, place), given)
      }),
    ),
    { numRuns: 25 },
  ))

const one: Task = {
  name: "t",
  labels: ["y", "x"],
  train: [
    { text: "a", label: "x" },
    { text: "b", label: "y" },
  ],
  validation: [],
  test: [{ text: "ü\u2028", label: "y" }],
}

test("the files of a task", () => {
  const files = exportedFiles({ tasks: [one], source: "wordnet", notice: "notice" })
  assert.deepEqual([...files.keys()], ["t/train.jsonl", "t/validation.jsonl", "t/test.jsonl", "t/task.json"])
  assert.equal(files.get("t/train.jsonl"), '{"text":"a","label":"x"}\n{"text":"b","label":"y"}\n')
  assert.equal(files.get("t/validation.jsonl"), "")
  assert.deepEqual(JSON.parse(files.get("t/task.json") as string), {
    task: "t",
    source: "wordnet",
    notice: "notice",
    labels: ["y", "x"],
    rows: { train: 2, validation: 0, test: 1 },
  })
})

test("the same export again is no conflict; other content is kept unless it may be replaced", () =>
  withFiles({}, (folder) => {
    writeExport({ tasks: [one], source: "s" }, folder)
    assert.equal(writeExport({ tasks: [one], source: "s" }, folder).files.length, 4)
    const path = join(folder, "t/train.jsonl")
    writeFileSync(path, "mine\n")
    assert.throws(
      () => writeExport({ tasks: [{ ...one, name: "a" }, one], source: "s" }, folder),
      (error: Error) => error instanceof ExportError && error.message.includes("holds something else"),
    )
    assert.equal(readFileSync(path, "utf8"), "mine\n")
    assert.deepEqual(readdirSync(folder), ["t"]) // nothing of the export was written
    writeExport({ tasks: [one], source: "s" }, folder, { replace: true })
    assert.equal(readFileSync(path, "utf8").split("\n").length, 3)
    assert.deepEqual(readdirSync(join(folder, "t")).sort(), [
      "task.json",
      "test.jsonl",
      "train.jsonl",
      "validation.jsonl",
    ]) // no unfinished file
  }))

for (const name of ["", ".", "..", "../up", "a/b", "a\\b", "nul\0", ".hidden", "c:d"])
  test(`a name that is no folder's: ${JSON.stringify(name)}`, () => {
    assert.throws(() => exportedFiles({ tasks: [{ ...one, name }], source: "s" }), ExportError)
  })

test("two tasks of one name", () => {
  assert.throws(() => exportedFiles({ tasks: [one, one], source: "s" }), /two tasks are called "t"/)
})

test("a file where a folder is needed, and a folder where a file is needed", () =>
  withFiles({ out: "file" }, (folder) => {
    assert.throws(
      () => writeExport({ tasks: [one], source: "s" }, join(folder, "out")),
      (error: Error) => error instanceof ExportError && /cannot write/.test(error.message),
    )
    mkdirSync(join(folder, "other/t/test.jsonl"), { recursive: true })
    assert.throws(() => writeExport({ tasks: [one], source: "s" }, join(folder, "other")), ExportError)
  }))
