/** The language server as a process, with a real client over standard input and output. */
import assert from "node:assert/strict"
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { placesIn } from "../../src/editor/text.ts"
import { Client, type Told, uriOf } from "./client.ts"

const folder = realpathSync(mkdtempSync(join(tmpdir(), "l2r-lsp-")))
after(() => rmSync(folder, { recursive: true, force: true }))
const file = (name: string, text = ""): string => {
  writeFileSync(join(folder, name), text)
  return uriOf(join(folder, name))
}
for (const task of ["amh", "hau", "yor"]) {
  mkdirSync(join(folder, "afrisenti", task), { recursive: true })
  for (const split of ["train", "test"])
    writeFileSync(join(folder, "afrisenti", task, `${split}.jsonl`), `{"text":"a ${split}","label":"x"}\n`)
}

/** One server for all tests that do not end it. */
let started: Promise<Client> | undefined
const server = (): Promise<Client> => {
  started ??= (async () => {
    const client = new Client()
    await client.initialize({ workspaceFolders: [{ uri: uriOf(folder), name: "specs" }] })
    return client
  })()
  return started
}
after(async () => (await started)?.kill())

test("it says what it can do, checks while one types, and takes its leave", async (t) => {
  const client = new Client()
  t.after(() => client.kill())
  const { capabilities, serverInfo } = await client.initialize()
  assert.equal(serverInfo.name, "l2r")
  assert.equal(capabilities.textDocumentSync.change, 2)
  const uri = file("typing.l2r")
  client.open(uri, "language 1\nadapter a = lora { rnak: 8 }\n")
  const first = await client.diagnosticsOf(uri, 1)
  assert.deepEqual(
    first.diagnostics.map(({ code }) => code),
    ["L2R0212", "L2R0401"],
  )
  assert.match(first.diagnostics[1].message, /`rnak` is not an option of `lora`\ndid you mean `rank`\?/)
  assert.deepEqual(first.diagnostics[1].range, { start: { line: 1, character: 19 }, end: { line: 1, character: 23 } })
  const version = client.edit(uri, {
    range: { start: { line: 1, character: 19 }, end: { line: 1, character: 23 } },
    text: "rank",
  })
  const second = await client.diagnosticsOf(uri, version)
  assert.deepEqual(
    second.diagnostics.map(({ code }) => code),
    ["L2R0212"],
  )
  assert.equal(await client.close(), 0)
  assert.deepEqual(client.log, [])
})

test("a burst of edits is checked at its end, never out of order", async () => {
  const client = await server()
  const uri = file("burst.l2r")
  client.open(uri, "language 1\n")
  let version = 1
  for (const letter of "adapter a = lora { rank: 0 }")
    version = client.edit(uri, {
      range: { start: { line: 1, character: version - 1 }, end: { line: 1, character: version - 1 } },
      text: letter,
    })
  const { diagnostics } = await client.diagnosticsOf(uri, version)
  assert.ok(diagnostics.some(({ code }) => code === "L2R0405"))
  const versions = client.said.filter((told) => told.uri === uri).map((told) => told.version!)
  assert.deepEqual(
    versions,
    [...versions].sort((a, b) => a - b),
  )
})

test("tasks of a data folder are offered, and a wrong one is found", async () => {
  const client = await server()
  const uri = file("tasks.l2r")
  const text = 'language 1\ndata d = jsonl "afrisenti"\nstream s { tasks: d[amh, yro] }\n'
  client.open(uri, text)
  const { items } = await client.request("textDocument/completion", client.at(uri, text.indexOf("yro")))
  assert.ok(items.some(({ label }: { label: string }) => label === "hau"))
  const { diagnostics } = await client.told(
    (told) => told.uri === uri && told.diagnostics.some(({ code }) => code === "L2R0501"),
  )
  assert.match(diagnostics.find(({ code }) => code === "L2R0501")!.message, /has no task `yro`\ndid you mean `yor`\?/)
})

test("a plugin of a `use` line is loaded once it is needed, and its name leads to its file", async () => {
  const client = await server()
  const plugin = join(folder, "own.ts")
  const contract = new URL("../../src/plugin/index.ts", import.meta.url).href
  writeFileSync(
    plugin,
    `import { defineMemory, optional, Schema } from ${JSON.stringify(contract)}\nconsole.log("Content-Length: 5")\nexport default defineMemory({\n  name: "first",\n  summary: "The first examples",\n  options: Schema.Struct({ share: optional(Schema.Number.check(Schema.makeFilter((share) => share !== 2 || "two is too many")), 1, "how many of them") }),\n  draw: () => new Int32Array(0),\n})\n`,
  )
  const uri = file("own.l2r")
  const text = 'language 1\nuse "./own.ts" as own\nmemory few = own.first { shore: 2 }\n'
  client.open(uri, text)
  const { diagnostics } = await client.told(
    (told) => told.uri === uri && told.diagnostics.every(({ code }) => code !== "L2R0209"),
  )
  assert.deepEqual(
    diagnostics.filter(({ severity }) => severity === 1).map(({ code }) => code),
    ["L2R0401"],
  )
  const { contents } = await client.request("textDocument/hover", client.at(uri, text.indexOf("first") + 1))
  assert.match(contents.value, /The first examples[\s\S]*how many of them/)
  const place = await client.request("textDocument/definition", client.at(uri, text.indexOf("first") + 1))
  assert.equal(place.uri, uriOf(plugin))
  assert.deepEqual(place.range.start, { line: 3, character: 9 })
  // A rule of the plugin's own is asked of it, and told at the value that breaks it.
  const at = text.indexOf("shore")
  const placeOf = (offset: number) => placesIn(text).positionAt(offset)
  const range = { start: placeOf(at), end: placeOf(at + 5) }
  client.edit(uri, { range, text: "share" })
  const broken = await client.told(
    (told) => told.uri === uri && told.diagnostics.some(({ code }) => code === "L2R0416"),
  )
  const found = broken.diagnostics.find(({ code }) => code === "L2R0416")!
  assert.match(found.message, /two is too many/)
  assert.deepEqual((found as { range?: { start?: object } }).range?.start, placeOf(at + "share: ".length))
})

test("a plugin and a task that have changed on disk are read again", async () => {
  const client = await server()
  const plugin = join(folder, "changing.ts")
  const contract = new URL("../../src/plugin/index.ts", import.meta.url).href
  const write = (option: string) =>
    writeFileSync(
      plugin,
      `import { defineMemory, optional, Schema } from ${JSON.stringify(contract)}\nexport default defineMemory({\n  name: "first",\n  summary: "x",\n  options: Schema.Struct({ ${option}: optional(Schema.Number, 1, "y") }),\n  draw: () => new Int32Array(0),\n})\n`,
    )
  write("before")
  const uri = file("changing.l2r")
  const text = 'language 1\nuse "./changing.ts" as own\nmemory few = own.first {  }\n'
  client.open(uri, text)
  const labels = async () => {
    const { items } = await client.request("textDocument/completion", client.at(uri, text.indexOf("{") + 2))
    return items.map(({ label }: { label: string }) => label)
  }
  assert.deepEqual(await labels(), ["before"])
  write("after_that")
  client.notify("workspace/didChangeWatchedFiles", { changes: [] })
  assert.deepEqual(await labels(), ["after_that"])
})

test("plugins that throw, print, end the process or export nothing leave the server alone", async () => {
  const client = await server()
  const bad = { throws: 'throw new Error("not today")', nothing: "export const x = 1", ends: "process.exit(3)" }
  for (const [name, code] of Object.entries(bad)) {
    writeFileSync(join(folder, `${name}.ts`), `console.log("Content-Length: 5")\n${code}\n`)
    const uri = file(`${name}.l2r`)
    client.open(uri, `language 1\nuse "./${name}.ts" as bad\nmemory few = bad.x\n`)
    const problem = ({ code }: { code: string }) => code === "L2R0208"
    const { diagnostics } = await client.told((told) => told.uri === uri && told.diagnostics.some(problem))
    assert.match(diagnostics.find(problem)!.message, /can't be used/)
    const symbols = await client.request("textDocument/documentSymbol", { textDocument: { uri } })
    assert.deepEqual(
      symbols.map((symbol: { name: string }) => symbol.name),
      ["bad", "few"],
    )
  }
})

test("a request that is taken back is refused as such, and one before the handshake too", async (t) => {
  const client = new Client()
  t.after(() => client.kill())
  await assert.rejects(client.request("textDocument/hover", {}), { code: -32002 })
  await client.initialize()
  const uri = file("cancel.l2r")
  client.open(uri, "language 1\n")
  client.hold()
  const { cancel, answer } = client.ask("textDocument/documentSymbol", { textDocument: { uri } })
  cancel()
  await client.release()
  await assert.rejects(answer, { code: -32800 })
  await assert.rejects(client.request("textDocument/telepathy", {}), { code: -32601 })
  await assert.rejects(
    client.request("textDocument/hover", {
      textDocument: { uri: "file:///nowhere" },
      position: { line: 0, character: 0 },
    }),
    { code: -32803 },
  )
  await assert.rejects(client.request("initialize", {}), { code: -32600 })
  assert.equal(await client.close(), 0)
})

test("a request that is taken back while it waits for a plugin is refused once that is there", async (t) => {
  const client = new Client()
  t.after(() => client.kill())
  await client.initialize()
  const [sign, plugin] = [join(folder, "go on"), join(folder, "waiting.ts")]
  writeFileSync(
    plugin,
    `import { existsSync } from "node:fs"\nwhile (!existsSync(${JSON.stringify(sign)})) await new Promise((go) => setTimeout(go, 20))\n`,
  )
  const uri = file("waiting.l2r")
  const text = 'language 1\nuse "./waiting.ts" as own\nmemory few = own.first {  }\n'
  client.open(uri, text)
  const { cancel, answer } = client.ask("textDocument/completion", client.at(uri, text.indexOf("{") + 2))
  const refused = assert.rejects(answer, { code: -32800 })
  const later = () => client.request("textDocument/documentSymbol", { textDocument: { uri } })
  await later() // the first one has begun
  cancel()
  await later() // and is known to be taken back
  writeFileSync(sign, "")
  await refused
})

test("messages that lack what belongs into them are refused, and the server goes on", async (t) => {
  const client = new Client()
  t.after(() => client.kill())
  await client.initialize()
  const uri = file("whole.l2r")
  client.open(uri, "language 1\nadapter a = lora {  }\n")
  const message = (content: object) => {
    const text = JSON.stringify({ jsonrpc: "2.0", ...content })
    client.raw(new TextEncoder().encode(`Content-Length: ${text.length}\r\n\r\n${text}`))
  }
  for (const method of ["$/cancelRequest", "textDocument/didOpen", "textDocument/didChange", "textDocument/didClose"]) {
    message({ method })
    message({ method, params: {} })
    message({ method, params: { textDocument: { uri } } })
    if (method === "textDocument/didClose") client.open(uri, "language 1\nadapter a = lora {  }\n")
  }
  message({})
  message({ id: null })
  const missing = { code: -32602 }
  await assert.rejects(client.request("textDocument/hover", {}), missing)
  await assert.rejects(client.request("textDocument/completion", { textDocument: {} }), missing)
  await assert.rejects(client.request("textDocument/definition", { textDocument: { uri } }), missing)
  const { items } = await client.request(
    "textDocument/completion",
    client.at(uri, "language 1\nadapter a = lora { ".length),
  )
  assert.ok(items.some(({ label }: { label: string }) => label === "rank"))
  assert.equal(await client.close(), 0)
})

test("an editor that goes away without a word, or sends no messages, ends the server", async (t) => {
  const [gone, mad] = [new Client(), new Client()]
  t.after(() => {
    gone.kill()
    mad.kill()
  })
  await gone.initialize()
  gone.end()
  assert.equal(await gone.exited, 1)
  mad.raw(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"))
  assert.equal(await mad.exited, 1)
  assert.match(mad.log.join(""), /a header without a length/)
})

test("symbols of the workspace come from open texts and from files on disk", async () => {
  const client = await server()
  file("disk.l2r", "language 1\nadapter on_disk = lora\n")
  const uri = file("open.l2r", "language 1\nadapter old_name = lora\n")
  client.open(uri, "language 1\nadapter in_memory = lora\n")
  const found = await client.request("workspace/symbol", { query: "_" })
  const names = found.map(({ name }: { name: string }) => name)
  assert.ok(names.includes("on_disk") && names.includes("in_memory") && !names.includes("old_name"), names.join())
})

test("a mistake in an imported file is told of that file, and a name is changed in every file that says it", async () => {
  const client = await server()
  const common = file("common.l2r", "language 1\nmemory shared_memory = random { per_clas: 5 }\n")
  const beside = file("beside.l2r", 'language 1\nimport "./common.l2r"\nrouter b = l2r { memory: shared_memory }\n')
  const uri = file("main.l2r")
  const text = 'language 1\nimport "./common.l2r"\nrouter a = l2r { memory: shared_memory }\n'
  client.open(uri, text)
  const codes = ({ diagnostics }: Told) => diagnostics.map(({ code }) => code)
  const told = await client.told((each) => each.uri === common && each.diagnostics.length > 0)
  assert.deepEqual(codes(told), ["L2R0401"])
  const found = await client.request("textDocument/definition", client.at(uri, text.indexOf("shared")))
  assert.deepEqual([found.uri, found.range.start], [common, { line: 1, character: 7 }])
  const { changes } = await client.request("textDocument/rename", {
    ...client.at(uri, text.indexOf("shared")),
    newName: "few_examples",
  })
  assert.deepEqual(Object.keys(changes).sort(), [beside, common, uri].sort())
  // Once it is open, its own text counts.
  client.open(common, "language 1\nmemory other = random\n")
  await client.told((each) => each.uri === uri && codes(each).includes("L2R0304"))
})

test("an editor that says farewell and closes the pipe at once has said farewell", async (t) => {
  const client = new Client()
  t.after(() => client.kill())
  await client.initialize()
  const message = (text: string) => `Content-Length: ${text.length}\r\n\r\n${text}`
  const farewell = ['{"jsonrpc":"2.0","id":"last","method":"shutdown"}', '{"jsonrpc":"2.0","method":"exit"}']
  client.raw(new TextEncoder().encode(farewell.map(message).join("")))
  client.end()
  assert.equal(await client.exited, 0)
})
