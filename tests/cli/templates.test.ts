/** What `l2r init` writes works: the specs check and run, the plugins pass the kit of their kind, the questions are answered. */
import assert from "node:assert/strict"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { PassThrough } from "node:stream"
import { after, test } from "node:test"
import { fileURLToPath, pathToFileURL } from "node:url"
import * as Effect from "effect/Effect"
import { asked } from "../../src/cli/init_questions.ts"
import { filesOf, templates } from "../../src/cli/templates.ts"
import { checkSource, plan, run } from "../../src/compile.ts"
import { testAdapter, testBaseline, testComposition, testRouter, testTransfer } from "../../src/testing/index.ts"

const root = fileURLToPath(new URL("../../", import.meta.url))

/** A stranger's folder, to which l2r is linked. */
const folder = mkdtempSync(join(tmpdir(), "l2r-templates-"))
after(() => rmSync(folder, { recursive: true, force: true }))
mkdirSync(join(folder, "node_modules"))
symlinkSync(root, join(folder, "node_modules", "l2r"), "junction")
writeFileSync(join(folder, "package.json"), '{ "type": "module" }')
for (const [name, template] of Object.entries(templates))
  for (const [path, content] of Object.entries(filesOf(template))) {
    mkdirSync(dirname(join(folder, name, path)), { recursive: true })
    writeFileSync(join(folder, name, path), content)
  }
const pluginIn = async (path: string) => (await import(pathToFileURL(join(folder, path)).href)).default
// Before the first test: some runtimes begin with the tests that they have while a file waits.
const [router, adapter] = [await pluginIn("router/router.ts"), await pluginIn("adapter/adapter.ts")]
const composition = await pluginIn("composition/composition.ts")
const [strategy, transfer] = [await pluginIn("strategy/strategy.ts"), await pluginIn("transfer/transfer.ts")]

testRouter(router)
testAdapter(adapter)
testComposition(composition)
testBaseline(strategy, {}, { neutral: { weight: 0 } })
testTransfer(transfer)

const sourceOf = (name: string) => ({
  file: "spec.l2r",
  directory: join(folder, name),
  text: readFileSync(join(folder, name, "spec.l2r"), "utf8"),
})

test("their specs check as they are written", async () => {
  for (const name of Object.keys(templates)) {
    const { diagnostics } = await checkSource(sourceOf(name))
    assert.deepEqual(
      diagnostics.map(({ code, message }) => `${name} ${code} ${message}`),
      [],
    )
  }
})

// The other two are these without a plugin of their own, or with an adapter that the kit has trained.
for (const name of ["router", "composition", "strategy", "transfer", "data"]) {
  test(`the template ${name} runs, on a backbone that is small`, async () => {
    const written = sourceOf(name)
    const small = join(root, "tests", "golden", "tiny_bert").replaceAll("\\", "/")
    const text = written.text
      .replaceAll('"gloss-mini" { max_tokens: 48 }', `"${small}" { max_tokens: 12 }`)
      .replace("epochs: 3", "epochs: 1")
      .replace("seeds:    1..3", "seeds:    1")
    const source = { ...written, text }
    const { spec, diagnostics } = await checkSource(source)
    assert.ok(spec, diagnostics.map(({ message }) => message).join("\n"))
    const planned = await plan(spec, source, { finalStageOnly: true })
    const results = await Effect.runPromise(run(planned, source, { store: join(folder, "store"), workers: 1 }))
    const rows = results.cells.flatMap((cell) => cell.rows.map((row) => row.name))
    const [experiment] = Object.values(spec.experiments)
    for (const row of [...experiment.routers, ...experiment.compositions, ...experiment.bounds])
      assert.ok(rows.includes(row), row)
  })
}

/** The answers of a person who is asked. */
const answered = async (given: Parameters<typeof asked>[0], ...answers: string[]) => {
  const [input, output] = [new PassThrough(), new PassThrough()]
  let said = ""
  let next = 0
  output.on("data", (chunk) => {
    said += chunk
    // Each question ends in a space and waits.
    if (/[\]:] $/.test(said) && next < answers.length) setImmediate(() => input.write(`${answers[next++]}\n`))
  })
  return { choice: await asked(given, input, output), said, left: answers.length - next }
}

test("it asks for what is not given", async () => {
  assert.deepEqual((await answered({}, "", "")).choice, { template: "spec", folder: "." })
  assert.deepEqual((await answered({}, "2", "here")).choice, { template: "router", folder: "here" })
  assert.deepEqual((await answered({ folder: "x" }, "data")).choice, { template: "data", folder: "x" })
  assert.deepEqual((await answered({ template: "adapter" }, "")).choice, { template: "adapter", folder: "." })
  const { choice, said } = await answered({ folder: "x" }, "9", "nothing", "adapter")
  assert.deepEqual(choice, { template: "adapter", folder: "x" })
  assert.equal(said.match(/A number from 1 to 7/g)?.length, 2)
  // Each name stands apart from what is said of it.
  for (const [name, { about }] of Object.entries(templates)) assert.match(said, new RegExp(`\\d  ${name} +${about}`))
})

test("who leaves in place of an answer has chosen nothing, and nothing goes wrong", async () => {
  for (const [key, given] of [
    ["\u0003", {}],
    ["\u0004", {}],
    ["\u0003", { template: "spec" }],
    ["\u0004", { template: "spec" }],
  ] as const) {
    const [input, output] = [new PassThrough(), Object.assign(new PassThrough(), { isTTY: true })]
    output.once("data", () => setImmediate(() => input.write(key)))
    assert.equal(await asked(given, input, output), undefined)
  }
  const [input, output] = [new PassThrough(), new PassThrough()]
  output.once("data", () => setImmediate(() => input.end()))
  assert.equal(await asked({}, input, output), undefined)
})
