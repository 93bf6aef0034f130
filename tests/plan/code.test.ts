import assert from "node:assert/strict"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { pathToFileURL } from "node:url"
import { codeDigest, folderDigest, roomDigest } from "../../src/plan/code.ts"

const files: Readonly<Record<string, string>> = {
  "router.ts":
    'import type { Only } from "./types.ts"\nimport { a } from "./a.ts"\nimport def, {\n  b,\n} from "./deep/b.ts"\nimport pkg from "pkg/sub"\nimport { readFileSync } from "node:fs"\nexport const r = a + b\n',
  "a.ts": 'export * from "./deep/c.js"\nexport const a = 1\n',
  "types.ts": "export type Only = 1\n",
  "deep/b.ts": 'import "../a.ts"\nexport const later = () => import("./late.ts")\nexport const b = 1\n',
  "deep/c.js": 'import { r } from "../router.ts"\nexport const c = 1\n',
  "deep/late.ts": "export const late = 1\n",
  "apart.ts": "export const apart = 1\n",
  "node_modules/pkg/package.json": '{ "name": "pkg", "version": "1.0.0" }',
}

const withFiles = (use: (folder: string, set: (name: string, text: string) => void) => void): void => {
  const folder = mkdtempSync(join(tmpdir(), "l2r-code-"))
  const set = (name: string, text: string) => {
    mkdirSync(join(folder, name, ".."), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  try {
    for (const [name, text] of Object.entries(files)) set(name, text)
    use(folder, set)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

for (const name of ["router.ts", "a.ts", "deep/b.ts", "deep/c.js", "deep/late.ts"])
  test(`a change to ${name} changes the digest of what imports it`, () =>
    withFiles((folder, set) => {
      const before = codeDigest(join(folder, "router.ts"))
      set(name, `${files[name]}// changed`)
      assert.notEqual(codeDigest(join(folder, "router.ts")), before)
    }))

for (const name of ["types.ts", "apart.ts"])
  test(`a change to ${name}, of which nothing is left at run time, does not`, () =>
    withFiles((folder, set) => {
      const before = codeDigest(join(folder, "router.ts"))
      set(name, "export type Only = 2; export const apart = 2")
      assert.equal(codeDigest(join(folder, "router.ts")), before)
    }))

test("another version of an imported package changes the digest", () => {
  const digests = ["1.0.0", "1.0.1"].map((version) => {
    let digest = ""
    withFiles((folder, set) => {
      set("node_modules/pkg/package.json", `{ "version": "${version}" }`)
      digest = codeDigest(join(folder, "router.ts"))
    })
    return digest
  })
  assert.notEqual(digests[0], digests[1])
})

test("a change to a file of one's own package, imported by the package's name, changes the digest", () =>
  withFiles((folder, set) => {
    set("package.json", '{ "name": "own", "exports": { "./part": "./apart.ts" } }')
    set("deep/plugin.ts", 'import { apart } from "own/part"')
    const before = codeDigest(join(folder, "deep/plugin.ts"))
    set("apart.ts", "export const apart = 2")
    assert.notEqual(codeDigest(join(folder, "deep/plugin.ts")), before)
  }))

test("a copy elsewhere has the same digest, as a path and as a URL", () =>
  withFiles((folder) =>
    withFiles((copy) => {
      assert.notEqual(copy, folder)
      assert.equal(codeDigest(join(copy, "router.ts")), codeDigest(join(folder, "router.ts")))
      assert.equal(
        codeDigest(pathToFileURL(join(folder, "router.ts"))),
        codeDigest(pathToFileURL(join(folder, "router.ts")).href),
      )
    }),
  ))

test("a folder's digest covers all of its files", () =>
  withFiles((folder, set) => {
    const before = folderDigest(folder)
    set("apart.ts", "export const apart = 2")
    assert.notEqual(folderDigest(folder), before)
  }))

test("our rooms have different digests", () => {
  assert.notEqual(roomDigest("tensor"), roomDigest("model"))
})
