/** Specs of several files: what an import brings, where paths start, in which file a problem is shown. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { check, usesIn } from "../../dsl/index.ts"
import { joined } from "../../dsl/names/paths.ts"
import { sound } from "./diagnostics.cases.ts"
import { mine, vocabulary } from "./vocabulary.fixture.ts"

const openIn = (files: Readonly<Record<string, string>>) => (file: string) =>
  Object.hasOwn(files, file) ? { text: files[file] } : { problem: `there is no file ${file}` }
const [shared, own] = sound.split(/(?=router learnt)/)

test("an imported file's declarations can be named", () => {
  const files = { "dir/tasks/common.l2r": shared }
  const { spec, diagnostics } = check(`language 1\nimport "./tasks/common.l2r"\n${own}`, {
    file: "dir/spec.l2r",
    vocabulary,
    open: openIn(files),
  })
  assert.deepEqual(diagnostics, [])
  assert.equal(spec!.adapters.low_rank.span.file, "dir/tasks/common.l2r")
  assert.equal(spec!.experiments.routing.span.file, "dir/spec.l2r")
  assert.equal(spec!.data.intents.folder, "tasks")
  assert.equal(spec!.backbones.encoder.folder, "tasks")
})

test("a place belongs to the file that says it", () => {
  const { spec } = check(`language 1\nimport "./a/b.l2r"\ndata mine = intents\ndata here = intents "here"\n${own}`, {
    file: "spec.l2r",
    vocabulary,
    open: openIn({ "a/b.l2r": shared }),
  })
  assert.deepEqual([spec!.data.mine.folder, spec!.data.here.folder], ["a", undefined])
})

test("paths go through folders, and files are read once however they are named", () => {
  const opened: string[] = []
  const files: Record<string, string> = {
    "../lib/a.l2r": `language 1\nimport "./deep/b.l2r"\nimport "../x/../lib/c.l2r"\n`,
    "../lib/deep/b.l2r": `language 1\nimport "../c.l2r"\n`,
    "../lib/c.l2r": shared,
  }
  const { spec, diagnostics } = check(`language 1\nimport "../lib/a.l2r"\nimport "../lib/c.l2r"\n${own}`, {
    file: "spec.l2r",
    vocabulary,
    open: (file) => {
      opened.push(file)
      return openIn(files)(file)
    },
  })
  assert.deepEqual(diagnostics, [])
  assert.deepEqual(opened, ["../lib/a.l2r", "../lib/deep/b.l2r", "../lib/c.l2r"])
  assert.equal(spec!.data.intents.folder, "../lib")
})

test("use lines of imported files are seen from their own folder, and one plugin may be brought twice", () => {
  const open = openIn({
    "lib/a.l2r": `language 1\nuse "./my.ts" as mine\nuse "pkg" as pkg\nrouter own = mine.router\n${shared.slice(11)}`,
  })
  const text = `language 1\nimport "./lib/a.l2r"\nuse "./lib/my.ts" as mine\n${own}`
  assert.deepEqual(
    usesIn(text, "spec.l2r", open).map(({ alias, source }) => [alias, source]),
    [
      ["mine", "./lib/my.ts"],
      ["pkg", "pkg"],
    ],
  )
  const { spec, diagnostics } = check(text, { file: "spec.l2r", vocabulary, open, uses: { mine, pkg: mine } })
  assert.deepEqual(diagnostics, [])
  assert.deepEqual(
    spec!.uses.map(({ source }) => source),
    ["./lib/my.ts", "pkg"],
  )
  assert.deepEqual(spec!.routers.own.plugin, { name: "nearest_class", from: "mine" })
})

test("problems come by file, the spec's own first, each with its place in its file", () => {
  const files = {
    "b.l2r": "language 1\nadapter b = lora { rnak: 1 }\n",
    "a.l2r": 'language 1\nimport "./b.l2r"\nadapter a = lora { rank: 0 }\n',
  }
  const { diagnostics, texts } = check(
    `language 1\nimport "./a.l2r"\nadapter c = lora { alpha: x }\n${sound.slice(11)}`,
    {
      file: "spec.l2r",
      vocabulary,
      open: openIn(files),
    },
  )
  assert.deepEqual(
    diagnostics.map(({ code, span }) => [span.file, code, texts[span.file].slice(span.start, span.end)]),
    [
      ["spec.l2r", "L2R0404", "x"],
      ["a.l2r", "L2R0405", "0"],
      ["b.l2r", "L2R0401", "rnak"],
    ],
  )
})

test("a syntax error in an imported file causes no false errors in the file that imports it", () => {
  const { diagnostics } = check(`language 1\nimport "./a.l2r"\n${own}`, {
    file: "spec.l2r",
    vocabulary,
    open: openIn({ "a.l2r": shared.replace("adapter low_rank =", "adapter low_rank") }),
  })
  assert.deepEqual(
    diagnostics.map(({ code, span }) => [code, span.file]),
    [["L2R0110", "a.l2r"]],
  )
})

test("an imported file of another language is not read, and nothing it may declare is missed", () => {
  const { diagnostics } = check(`language 1\nimport "./a.l2r"\n${own}`, {
    file: "spec.l2r",
    vocabulary,
    open: openIn({ "a.l2r": shared.replace("language 1", "language 7") }),
  })
  assert.deepEqual(
    diagnostics.map(({ code, span }) => [code, span.file]),
    [["L2R0201", "a.l2r"]],
  )
})

test("a file that is not there, and an import that does not read, cause no other errors", () => {
  for (const [line, code] of [
    ['import "./absent.l2r"', "L2R0213"],
    ["import absent", "L2R0110"],
  ]) {
    const { diagnostics } = check(`language 1\n${line}\n${own}`, { file: "spec.l2r", vocabulary, open: openIn({}) })
    assert.deepEqual(
      diagnostics.filter(({ severity }) => severity === "error").map((each) => each.code),
      [code],
    )
  }
})

test("paths", () => {
  for (const [folder, path, whole] of [
    ["", "./a.l2r", "a.l2r"],
    ["x", "./a.l2r", "x/a.l2r"],
    ["x/y", "../a.l2r", "x/a.l2r"],
    ["x", "../../a.l2r", "../a.l2r"],
    ["..", "../a.l2r", "../../a.l2r"],
    ["/x", "../../a.l2r", "/a.l2r"],
    ["x", "/a.l2r", "/a.l2r"],
    ["C:\\x", ".\\a.l2r", "C:/x/a.l2r"],
    ["x", "C:/a.l2r", "C:/a.l2r"],
    ["file:///x", "./a.l2r", "file:///x/a.l2r"],
    ["x", ".", "x"],
  ])
    assert.equal(joined(folder, path), whole)
})
