/** A new spec for AfriSenti with three routers, from an empty file, following completions alone, as it was recorded. */
import assert from "node:assert/strict"
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { Client, uriOf } from "./client.ts"
import { expanded, Session, stepsOf } from "./session.ts"

const folder = realpathSync(mkdtempSync(join(tmpdir(), "l2r-session-")))
after(() => rmSync(folder, { recursive: true, force: true }))
for (const task of ["amh", "hau", "yor"]) {
  mkdirSync(join(folder, "afrisenti", task), { recursive: true })
  for (const split of ["train", "test"])
    writeFileSync(
      join(folder, "afrisenti", task, `${split}.jsonl`),
      ["positive", "negative"].map((label) => `{"text":"${task} ${split} ${label}","label":"${label}"}\n`).join(""),
    )
}

test("a spec for AfriSenti with three routers, by completions alone", async (t) => {
  const recording = readFileSync(new URL("afrisenti.txt", import.meta.url), "utf8")
  const [steps, expected] = recording.split("\n-- what comes of it --\n")
  const client = new Client()
  t.after(() => client.kill())
  await client.initialize()
  const uri = uriOf(join(folder, "spec.l2r"))
  client.open(uri, "")
  const session = new Session(client, uri)
  for (const step of stepsOf(steps)) await session.take(step)
  const version = client.edit(uri, {
    range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
    text: "",
  })
  const [edit] = await client.request("textDocument/formatting", { textDocument: { uri }, options: {} })
  if (edit) client.edit(uri, { range: edit.range, text: edit.newText })
  if (process.env.RECORD)
    writeFileSync(new URL("afrisenti.txt", import.meta.url), `${steps}\n-- what comes of it --\n${client.text(uri)}`)
  else assert.equal(client.text(uri), expected)
  const { diagnostics } = await client.diagnosticsOf(uri, edit ? version + 1 : version)
  assert.deepEqual(
    diagnostics.filter(({ severity }) => severity === 1).map(({ message }) => message),
    [],
  )
  assert.equal(await client.close(), 0)
})

test("snippets are text with stops in their order", () => {
  assert.deepEqual(expanded(`a \${1:b\\}} = $0 $2`), { text: "a b} =  ", stops: [4, 8, 7] })
  assert.deepEqual(expanded("\\$1"), { text: "$1", stops: [] })
})
