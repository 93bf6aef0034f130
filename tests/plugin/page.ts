/** A page that says how to write a plugin, and a stranger's folder in which what it says is done. */
import assert from "node:assert/strict"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after } from "node:test"
import { fileURLToPath, pathToFileURL } from "node:url"
import { coreOptionNames } from "../../src/plan/options/core_options.ts"
import { loadFile } from "../../src/plugin/load.ts"
import { checkSource } from "../../src/source.ts"

export const root = fileURLToPath(new URL("../../", import.meta.url))

export interface Page {
  readonly text: string
  /** The code of a language, in its order. */
  readonly blocks: (language: string) => readonly string[]
}

export const pageOf = (name: string): Page => {
  const text = readFileSync(join(root, "docs", `${name}.md`), "utf8").replaceAll("\r\n", "\n")
  const blocks = (language: string) =>
    [...text.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, "g"))].map(([, block]) => block)
  return { text, blocks }
}

/** A folder of a stranger's, to which l2r is linked. It goes when the tests end. */
export const strangersFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "l2r-write-"))
  after(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, "node_modules"))
  symlinkSync(root, join(folder, "node_modules", "l2r"), "junction")
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }')
  return folder
}

/** Writes a plugin file; gives its address. */
export const written = (folder: string, name: string, code: string): string => {
  writeFileSync(join(folder, `${name}.ts`), code)
  return pathToFileURL(join(folder, `${name}.ts`)).href
}

/** A file holds one plugin. */
export const assertPlugin = async (file: string, kind: string, name: string): Promise<void> =>
  assert.deepEqual(
    (await loadFile(file)).map((plugin) => `${plugin.kind} ${plugin.name}`),
    [`${kind} ${name}`],
  )

/** The page's spec is sound, and it names all options that every declaration of the kind has. */
export const assertSpec = async (page: Page, folder: string, kind: Parameters<typeof coreOptionNames>[0]) => {
  const { diagnostics } = await checkSource({ file: "spec.l2r", directory: folder, text: page.blocks("l2r")[0] })
  assert.deepEqual(
    diagnostics.map(({ code, message }) => `${code} ${message}`),
    [],
  )
  for (const option of coreOptionNames(kind)) assert.ok(page.text.includes(`\`${option}\``), option)
}
