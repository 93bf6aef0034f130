import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { writeFileSync } from "node:fs"
import { test } from "node:test"
import { parseSynset, readSynsets } from "../../plugins/data/wordnet/dictionary.ts"
import wordnet from "../../plugins/data/wordnet/index.ts"
import { DataError, Schema, type Task } from "../../src/plugin/index.ts"
import { withFiles } from "./folder.ts"

const place = { directory: "." }
const defaults = Schema.decodeUnknownSync(wordnet.options)({})
const names = await wordnet.tasks(undefined, defaults, place)
const stream = await wordnet.load(names, undefined, defaults, place)
const digest = (tasks: readonly Task[]): string => createHash("sha256").update(JSON.stringify(tasks)).digest("hex")

test("the split is the one that the shipped backbone and the published figures belong to", () => {
  assert.equal(digest(stream), "4a2f27ced960e2aac2f17c217433e39cd0c90f71ddc7da33d42560d648ad14d7")
})

test("five tasks of five classes: 300, 40 and 100 glosses a class; noun.feeling has 41 for its test", () => {
  assert.deepEqual(names, ["living", "things", "mind", "happenings", "deeds"])
  for (const { labels, train, validation, test: held } of stream) {
    assert.equal(labels.length, 5)
    for (const label of labels) {
      const count = (examples: readonly { label: string }[]) =>
        examples.filter((example) => example.label === label).length
      assert.deepEqual(
        [label, count(train), count(validation), count(held)],
        [label, 300, 40, label === "noun.feeling" ? 41 : 100],
      )
    }
    assert.equal(train.length, 1500)
  }
})

test("glosses are clean and occur once in the whole stream", () => {
  const texts = stream.flatMap(({ train, validation, test: held }) =>
    [...train, ...validation, ...held].map(({ text }) => text),
  )
  assert.equal(new Set(texts).size, texts.length)
  for (const text of texts) {
    assert.equal(text, text.trim())
    assert.doesNotMatch(text, /;\s*"|^;|;$/)
    assert(text.split(/\s+/).length >= 4, text)
  }
})

test("classes are mixed within a split", () => {
  for (const { train } of stream) assert(new Set(train.slice(0, 30).map(({ label }) => label)).size > 2)
})

test("smaller sizes take the same glosses from each split, never one of another's", async () => {
  const small = await wordnet.load(
    ["mind"],
    undefined,
    { train_per_class: 7, validation_per_class: 0, test_per_class: 3 },
    place,
  )
  const [mind] = stream.filter(({ name }) => name === "mind")
  assert.deepEqual([small[0].train.length, small[0].validation.length, small[0].test.length], [35, 0, 15])
  const within = (part: Task["train"], whole: Task["train"]) =>
    part.every(({ text }) => whole.some((other) => other.text === text))
  assert(within(small[0].train, mind.train) && within(small[0].test, mind.test))
})

for (const options of [
  { train_per_class: 301 },
  { train_per_class: 0 },
  { test_per_class: 0 },
  { validation_per_class: -1 },
  { test_per_class: "many" },
])
  test(`options out of range are refused: ${JSON.stringify(options)}`, () => {
    assert.throws(() => Schema.decodeUnknownSync(wordnet.options)(options as never))
  })

test("a task does not depend on which others are loaded", async () => {
  assert.deepEqual(
    await wordnet.load(["deeds"], undefined, defaults, place),
    stream.filter(({ name }) => name === "deeds"),
  )
})

test("a line of a data file", () => {
  assert.deepEqual(
    parseSynset(
      '00003356 00 a 02 ill-bred(p) 0 new_born 0 001 + 07334902 n 0103 | being born or beginning ; "a nascent, new day"; "the nascent chicks" - Poet  ',
    ),
    {
      topic: "adj.all",
      words: ["ill-bred", "new born"],
      definition: "being born or beginning",
      examples: ["a nascent, new day", "the nascent chicks"],
    },
  )
  assert.deepEqual(
    parseSynset('1 05 n 01 a 0 000 | one; two (or "three"); four;')?.definition,
    'one; two (or "three"); four',
  )
  for (const line of [
    "no bar",
    "1 99 n 01 a 0 000 | gloss",
    "1 05 n zz a 0 | gloss",
    "1 05 n 09 a 0 | gloss",
    "| gloss",
  ])
    assert.equal(parseSynset(line), undefined, line)
})

const line = "00000001 05 n 01 cat 0 000 | a small tame animal that purrs\n"
const bad: [string, Record<string, string>, RegExp][] = [
  ["no folder", {}, /there is no WordNet folder/],
  ["a file instead of a folder", { dict: "" }, /is a file, not a folder/],
  ["no data file", { "dict/readme": "" }, /cannot read .*data\.noun/],
  ["a damaged data file", { "dict/data.noun": `  1 licence\n${line}00000002 05 n 01 do` }, /data\.noun:3 is no line/],
  [
    "too few glosses",
    { "dict/data.noun": line, "dict/data.verb": "" },
    /noun\.animal has 1 glosses.* none is left for its test/,
  ],
]
for (const [what, files, message] of bad)
  test(`bad input: ${what}`, () =>
    withFiles(files, (directory) =>
      assert.rejects(
        wordnet.load(["living"], "dict", defaults, { directory }),
        (error: Error) => error instanceof DataError && message.test(error.message) && error.help !== "",
      ),
    ))

test("bad input: an unknown task", () =>
  assert.rejects(wordnet.load(["alive"], undefined, defaults, place), /has no task "alive"/))

test("reads a dictionary beside the spec", () =>
  withFiles({ "dict/data.noun": `  1 licence\n${line}` }, async (folder) =>
    assert.deepEqual(await readSynsets(`${folder}/dict`, "noun"), [
      { topic: "noun.animal", words: ["cat"], definition: "a small tame animal that purrs", examples: [] },
    ]),
  ))

test("what is kept of a dictionary is read anew once its files are others", () =>
  withFiles({ "dict/data.noun": line, "dict/data.verb": "" }, async (directory) => {
    const asked = () => wordnet.fingerprint(["living"], "dict", defaults, { directory })
    const loaded = () => wordnet.load(["living"], "dict", defaults, { directory })
    const before = await asked()
    await assert.rejects(loaded(), /noun\.animal has 1 glosses/)
    writeFileSync(`${directory}/dict/data.noun`, line + line.replace("that purrs", "that barks all day"))
    assert.notEqual(await asked(), before)
    await assert.rejects(loaded(), /noun\.animal has 2 glosses/)
  }))

test("the fingerprint is steady, and the notice names the licence", async () => {
  const print = await wordnet.fingerprint(names, undefined, defaults, place)
  assert.match(print, /^[0-9a-f]{64}$/)
  assert.equal(await wordnet.fingerprint(["mind"], undefined, defaults, place), print)
  assert.match(wordnet.notice ?? "", /Princeton University.*WordNet licence/)
})
