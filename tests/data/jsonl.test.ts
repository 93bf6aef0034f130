import assert from "node:assert/strict"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import jsonl from "../../plugins/data/jsonl/index.ts"
import { DataError, Schema } from "../../src/plugin/index.ts"
import { withFiles } from "./folder.ts"

const fields = { text: "text", label: "label" }
const row = (text: string, label: unknown) => `${JSON.stringify({ text, label })}\n`
const good = { "d/t1/train.jsonl": row("a", "x") + row("b", "y"), "d/t1/test.jsonl": row("c", "y") }
const load = (folder: string, tasks = ["t1"], options = fields) =>
  jsonl.load(tasks, "d", options, { directory: folder })

test("options have their defaults", () => {
  assert.deepEqual(Schema.decodeUnknownSync(jsonl.options)({}), fields)
})

test("reads a task; validation may be absent, or be called val", async () => {
  await withFiles(good, async (folder) => {
    const [task] = await load(folder)
    assert.deepEqual(task, {
      name: "t1",
      labels: ["x", "y"],
      train: [
        { text: "a", label: "x" },
        { text: "b", label: "y" },
      ],
      validation: [],
      test: [{ text: "c", label: "y" }],
    })
  })
  await withFiles({ ...good, "d/t1/val.jsonl": row("v", "x") }, async (folder) =>
    assert.deepEqual((await load(folder))[0].validation, [{ text: "v", label: "x" }]),
  )
})

test("a byte order mark, carriage returns, blank lines and a last line without an end are no errors", async () => {
  const lines = `\uFEFF${row("ä", "x").trim()}\r\n\r\n${row("b", "y").trim()}`
  await withFiles({ ...good, "d/t1/train.jsonl": lines }, async (folder) =>
    assert.deepEqual((await load(folder))[0].train, [
      { text: "ä", label: "x" },
      { text: "b", label: "y" },
    ]),
  )
})

test("fields have other names; numbers and truth values are labels, in the order of their values", async () => {
  const lines = [10, 9, true, "a2", "a10"].map((topic) => `${JSON.stringify({ body: "t", topic })}\n`).join("")
  await withFiles({ "d/t1/train.jsonl": lines, "d/t1/test.jsonl": lines }, async (folder) => {
    const [task] = await load(folder, ["t1"], { text: "body", label: "topic" })
    assert.deepEqual(task.labels, ["9", "10", "a2", "a10", "true"])
  })
})

test("task.json gives the order of the labels", async () => {
  await withFiles({ ...good, "d/t1/task.json": '{"labels": ["y", "x"]}' }, async (folder) =>
    assert.deepEqual((await load(folder))[0].labels, ["y", "x"]),
  )
  await withFiles({ ...good, "d/t1/task.json": '{"labels": null}' }, async (folder) =>
    assert.deepEqual((await load(folder))[0].labels, ["x", "y"]),
  )
})

test("the instruction of a task stands before each of its texts", async () => {
  const told = { ...fields, instruction: "definition" }
  const files = (task: object) => ({ ...good, "d/t1/task.json": JSON.stringify(task) })
  await withFiles(files({ definition: " Say whether it is so. \n" }), async (folder) => {
    const [{ train, test: tests }] = await load(folder, ["t1"], told)
    assert.deepEqual(
      [...train, ...tests].map(({ text }) => text),
      ["a", "b", "c"].map((text) => `Say whether it is so.\n${text}`),
    )
  })
  await withFiles(files({ definition: null }), async (folder) =>
    assert.equal((await load(folder, ["t1"], told))[0].train[0].text, "a"),
  )
  const print = (task: object) =>
    withFiles(files(task), (folder) => jsonl.fingerprint(["t1"], "d", told, { directory: folder }))
  assert.notEqual(await print({ definition: "One." }), await print({ definition: "Two." }))
  assert.equal(await print({ definition: "One.", source: "x" }), await print({ definition: "One." }))
  for (const [task, message] of [
    [{ instruction: "other" }, /task\.json has no text "definition"/],
    [{ definition: 3 }, /task\.json has no text "definition"/],
  ] as const)
    await withFiles(files(task), (folder) =>
      assert.rejects(load(folder, ["t1"], told), (error: DataError) => {
        assert.match(error.message, message)
        assert.match(error.help, /null where the task has none/)
        return error instanceof DataError
      }),
    )
  await withFiles(good, (folder) => assert.rejects(load(folder, ["t1"], told), /there is no file .*task\.json/))
})

test("tasks are the folders with training examples, in the order of their numbers", async () => {
  const files = Object.fromEntries(
    ["t10", "t2", "t1", ".hidden"].map((name) => [`d/${name}/train.jsonl`, row("a", "x")]),
  )
  await withFiles({ ...files, "d/README.md": "", "d/notes/readme.txt": "" }, async (folder) =>
    assert.deepEqual(await jsonl.tasks("d", fields, { directory: folder }), ["t1", "t2", "t10"]),
  )
})

test("the fingerprint follows the bytes of the named tasks and their listed labels alone", async () => {
  const print = (files: Record<string, string>, read = fields) =>
    withFiles(files, (folder) => jsonl.fingerprint(["t1"], "d", read, { directory: folder }))
  const before = await print(good)
  assert.equal(await print(good), before)
  assert.equal(await print({ ...good, "d/t2/train.jsonl": row("other", "x") }), before)
  assert.notEqual(await print({ ...good, "d/t1/test.jsonl": row("C", "y") }), before)
  assert.notEqual(await print({ ...good, "d/t1/validation.jsonl": row("C", "y") }), before)
  const listing = (task: object) => ({ ...good, "d/t1/task.json": JSON.stringify(task) })
  const listed = await print(listing({ labels: ["x", "y"] }))
  assert.notEqual(listed, before, "labels are listed")
  assert.notEqual(await print(listing({ labels: ["y", "x"] })), listed, "in another order")
  assert.equal(await print(listing({ labels: ["x", "y"], note: "of the task" })), listed, "a note beside them")
  const others = { text: "text", label: "topic" }
  assert.equal(await print(listing({ labels: ["y", "x"] }), others), await print(good, others), "of another field")
})

const broken = new Uint8Array([...new TextEncoder().encode(row("a", "x")), 0x7b, 0xff, 0x7d, 0x0a])
const bad: [what: string, files: Record<string, string | Uint8Array>, message: RegExp][] = [
  ["no data set", {}, /there is no folder .*d$/],
  ["a file instead of a folder", { d: "text" }, /d is a file, not a folder/],
  ["a folder without tasks", { "d/readme.txt": "" }, /holds no task/],
  ["one task instead of a data set", { "d/train.jsonl": row("a", "x") }, /it is one task, not a data set/],
  ["an empty training file", { ...good, "d/t1/train.jsonl": "" }, /t1.train\.jsonl is empty/],
  ["no test file", { "d/t1/train.jsonl": row("a", "x") }, /there is no file .*test\.jsonl/],
  ["an empty test file", { ...good, "d/t1/test.jsonl": "\n" }, /test\.jsonl is empty/],
  [
    "two validation files",
    { ...good, "d/t1/val.jsonl": "", "d/t1/validation.jsonl": "" },
    /has both validation\.jsonl and val\.jsonl/,
  ],
  ["broken UTF-8", { ...good, "d/t1/train.jsonl": broken }, /train\.jsonl:2 is not UTF-8/],
  ["broken JSON", { ...good, "d/t1/train.jsonl": `${row("a", "x")}\n{"text": "b", ` }, /train\.jsonl:3 is not JSON/],
  ["NUL bytes", { ...good, "d/t1/train.jsonl": `${row("a", "x")}\0\0` }, /train\.jsonl:2 is not JSON/],
  ["nested brackets", { ...good, "d/t1/train.jsonl": "[".repeat(20_000) }, /train\.jsonl:1 is not JSON/],
  [
    "a list instead of an object",
    { ...good, "d/t1/train.jsonl": '["a", "x"]' },
    /train\.jsonl:1 holds a list, not an object/,
  ],
  ["null instead of an object", { ...good, "d/t1/train.jsonl": "null" }, /train\.jsonl:1 holds null/],
  [
    "no text",
    { ...good, "d/t1/test.jsonl": '{"body": "a", "label": "x"}' },
    /test\.jsonl:1 has no field "text"; it has "body", "label"/,
  ],
  ["no label", { ...good, "d/t1/test.jsonl": '{"text": "a"}' }, /test\.jsonl:1 has no field "label"/],
  ["a field of every object is no field", { ...good, "d/t1/test.jsonl": "{}" }, /has no field "text"; it has none/],
  [
    "a number as text",
    { ...good, "d/t1/test.jsonl": '{"text": 1, "label": "x"}' },
    /the text in "text" is the number 1/,
  ],
  ["an empty label", { ...good, "d/t1/test.jsonl": row("a", "") }, /the label in "label" is empty/],
  ["a list as label", { ...good, "d/t1/test.jsonl": row("a", ["x"]) }, /the label in "label" is a list/],
  ["null as label", { ...good, "d/t1/test.jsonl": row("a", null) }, /the label in "label" is null/],
  [
    "a test label that no training example has",
    { ...good, "d/t1/test.jsonl": row("a", "z") },
    /test\.jsonl has the label "z", which no training example of the task "t1" has/,
  ],
  [
    "a validation label that no training example has",
    { ...good, "d/t1/val.jsonl": row("a", "z") },
    /val\.jsonl has the label "z"/,
  ],
  [
    "an empty class",
    { ...good, "d/t1/task.json": '{"labels": ["x", "y", "z"]}' },
    /the class "z" of the task "t1" is empty/,
  ],
  ["a label that task.json lacks", { ...good, "d/t1/task.json": '{"labels": ["x"]}' }, /does not list the label "y"/],
  ["a broken task.json", { ...good, "d/t1/task.json": "{" }, /task\.json is not JSON/],
]
for (const [what, files, message] of bad)
  test(`bad input: ${what}`, () =>
    withFiles(files, (folder) =>
      assert.rejects(load(folder), (error: Error) => {
        assert(error instanceof DataError, error.stack)
        assert.match(error.message, message)
        assert(error.help.length > 0)
        return true
      }),
    ))

test("bad input: no location, an unknown task, a folder for a file", () =>
  withFiles(good, async (folder) => {
    await assert.rejects(jsonl.tasks(undefined, fields, { directory: folder }), /jsonl needs the folder/)
    await assert.rejects(load(folder, ["t2"]), /has no task "t2"/)
    await assert.rejects(load(folder, ["../d/t1"]), /has no task/)
    mkdirSync(join(folder, "d/t3/test.jsonl"), { recursive: true })
    await withFiles({ "d/t1/train.jsonl": row("a", "x"), "d/t1/test.jsonl/x": "" }, (other) =>
      assert.rejects(load(other), /test\.jsonl is a folder/),
    )
  }))

const answered = { ...fields, answer: "said" }
const saying = (text: string, said: unknown) => `${JSON.stringify({ text, said })}\n`

test("answers in words: one, or several that are all right; no label is needed, and none has to be known", async () => {
  const files = {
    "d/t1/train.jsonl": saying("a", "so") + saying("b", ["thus", "hence", 3]),
    "d/t1/test.jsonl": saying("c", "never seen"),
    "d/t1/task.json": '{ "labels": null }',
  }
  await withFiles(files, async (folder) => {
    const [task] = await load(folder, ["t1"], answered)
    assert.deepEqual(task, {
      name: "t1",
      labels: [],
      train: [
        { text: "a", label: "so" },
        { text: "b", label: "thus", others: ["hence", "3"] },
      ],
      validation: [],
      test: [{ text: "c", label: "never seen" }],
    })
  })
  assert.equal(jsonl.answered?.(answered), true)
  assert.equal(jsonl.answered?.(fields), false)
})

for (const [what, value, said] of [
  ["an empty text", "", /:1: the answer in "said" is empty/],
  ["an empty list", [], /:1: the answer in "said" is an empty list/],
  ["something else in a list", ["so", null], /:1: the answer in "said" is null/],
  ["no such field", undefined, /:1 has no field "said"/],
] as const)
  test(`an answer that is ${what} is an error with its line`, () =>
    withFiles({ "d/t1/train.jsonl": saying("a", value), "d/t1/test.jsonl": saying("b", "x") }, (folder) =>
      assert.rejects(load(folder, ["t1"], answered), (error) => {
        assert.ok(error instanceof DataError)
        assert.match(error.message, said)
        return true
      }),
    ))

test("at most so many of each class: a fixed draw, in the order of the file, apart from the other splits and classes", async () => {
  const lines = (count: number, split: string) =>
    Array.from({ length: count }, (_, i) => row(`${split}${i}`, i % 3 === 0 ? "x" : "y")).join("")
  const files = { "d/t1/train.jsonl": lines(30, "train"), "d/t1/test.jsonl": lines(12, "test") }
  await withFiles(files, async (folder) => {
    const [all] = await load(folder)
    const [few] = await load(folder, ["t1"], { ...fields, train_per_class: 4, test_per_class: 100 } as never)
    const [fewer] = await load(folder, ["t1"], { ...fields, train_per_class: 3 } as never)
    const texts = (task: typeof all) => task.train.map(({ text }) => text)
    for (const label of ["x", "y"]) assert.equal(few.train.filter((one) => one.label === label).length, 4)
    assert.deepEqual(
      texts(few),
      texts(all).filter((text) => texts(few).includes(text)),
    )
    assert.ok(texts(fewer).every((text) => texts(few).includes(text)))
    assert.deepEqual(few.test, all.test)
    assert.notDeepEqual(
      texts(few).filter((_, i) => i < 4),
      texts(all).slice(0, 4),
    )
  })
})
