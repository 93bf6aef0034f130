import assert from "node:assert/strict"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { loadPlugin, loadSource, type PluginError } from "../../src/plugin/load.ts"
import { folders, shipped } from "../../src/plugin/registry.ts"

const contract = new URL("../../src/plugin/index.ts", import.meta.url).href
const router = (name = '"nearest"', rest = "") => `
  import { defineRouter, NoOptions } from ${JSON.stringify(contract)}
  const one = defineRouter({ name: ${name}, summary: "a test", options: NoOptions, routing: () => ({}), gates: (query) => query, ${rest} })
`
const withFile = async (text: string, use: (folder: string) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), "l2r-plugin-"))
  try {
    writeFileSync(join(folder, "mine.ts"), text)
    await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

test("every plugin that ships loads by its place, kind and name", async () => {
  assert.deepEqual(
    Object.keys(folders).filter((kind) => shipped(kind as keyof typeof folders).length === 0),
    [],
  )
  for (const { kind, name } of shipped()) {
    const plugin = await loadPlugin(kind, name)
    assert.deepEqual([plugin.kind, plugin.name], [kind, name])
  }
})

test("an unknown name says which there are", async () => {
  await assert.rejects(
    loadPlugin("router", "arow"),
    (error: PluginError) => /no router named "arow"/.test(error.message) && /arrow/.test(error.help),
  )
  await assert.rejects(loadPlugin("router", "../adapters/lora"), /no router named/)
})

test("a stranger's file gives its default and named exports, each once", () =>
  withFile(
    `${router()} export default one\nexport { one }\nexport const two = { ...one, name: "other" }\nexport const helper = 3\n`,
    async (folder) => {
      const plugins = await loadSource("./mine.ts", folder)
      assert.deepEqual(plugins.map(({ kind, name }) => `${kind} ${name}`).sort(), ["router nearest", "router other"])
    },
  ))

test("a package is found from the folder of the spec", () =>
  withFile("", async (folder) => {
    const at = join(folder, "node_modules", "l2r-plugin-foo")
    mkdirSync(at, { recursive: true })
    writeFileSync(
      join(at, "package.json"),
      '{ "name": "l2r-plugin-foo", "version": "1.0.0", "type": "module", "exports": { ".": { "import": "./main.js" } } }',
    )
    writeFileSync(join(at, "main.js"), `${router()} export default one`)
    mkdirSync(join(folder, "deep"))
    assert.equal((await loadSource("l2r-plugin-foo", join(folder, "deep")))[0].name, "nearest")
    await assert.rejects(loadSource("l2r-plugin-bar", folder), /is not installed/)
  }))

const memory = (chooses: string) => `
  import { defineMemory, NoOptions } from ${JSON.stringify(contract)}
  export default defineMemory({ name: "first", summary: "a test", options: NoOptions, ${chooses} })
`

const transfer = (matches: string) => `
  import { defineTransfer, NoOptions } from ${JSON.stringify(contract)}
  export default defineTransfer({ name: "mine", summary: "a test", options: NoOptions, layers: () => [[0]], ${matches} })
`

const bad: Readonly<Record<string, readonly [text: string, message: RegExp]>> = {
  "throws on import": ['throw new Error("no GPU here")', /could not be loaded: no GPU here/],
  "is no TypeScript": ["export default {{{", /could not be loaded/],
  "exports nothing": ["const x = 1", /exports no plugin/],
  "exports something else": ["export default 3", /exports no plugin/],
  "has an unknown kind": [`${router()} export default { ...one, kind: "optimizer" }`, /has the kind "optimizer"/],
  "has a bad name": [`${router('"Nearest Class"')} export default one`, /has the name "Nearest Class"/],
  "has no summary": [`${router()} export default { ...one, summary: "" }`, /has no summary/],
  "has no options": [`${router()} export default { ...one, options: {} }`, /has no options schema/],
  "lacks a function": [`${router()} export default { ...one, gates: undefined }`, /has no valid `gates`/],
  "asks for information that it does not read": [
    `${router()} export default { ...one, fisher: () => ({ examples: 4, labels: "given" }) }`,
    /\(router nearest\) asks for the Fisher information and has no `prepare`/,
  ],
  "has information that is no function": [
    `${router()} export default { ...one, fisher: { examples: 4 } }`,
    /\(router nearest\) has `fisher`, which is .* and no function/,
  ],
  "has a memory that chooses in no way": [memory(""), /\(memory first\) has none of `draw`, `keep` and `generates`/],
  "has a memory that chooses in two ways": [
    memory("draw: () => new Int32Array(0), keep: () => new Int32Array(0)"),
    /\(memory first\) has `draw` and `keep`, of which a memory has one/,
  ],
  "has a transfer that matches features by no texts": [
    transfer("features: () => [0]"),
    /\(transfer mine\) has `features` and no `texts`/,
  ],
  "has a transfer whose texts nothing is matched by": [
    transfer("texts: () => 5"),
    /\(transfer mine\) has `texts` and no `features`/,
  ],
  "defines one name twice": [
    `${router()} export default one\nexport const two = { ...one }`,
    /defines the router "nearest" twice/,
  ],
}
for (const [how, [text, message]] of Object.entries(bad))
  test(`a plugin file that ${how} is refused with a remedy`, () =>
    withFile(text, async (folder) => {
      await assert.rejects(loadSource("./mine.ts", folder), (error: PluginError) => {
        assert.equal(error.name, "PluginError")
        assert.match(error.message, message)
        assert.match(error.message, /mine\.ts/)
        return error.help.length > 10
      })
    }))

test("a missing file and a folder are refused", () =>
  withFile("", async (folder) => {
    await assert.rejects(loadSource("./none.ts", folder), /there is no plugin file "\.\/none\.ts"/)
    await assert.rejects(loadSource("./", folder), /is a folder/)
  }))
