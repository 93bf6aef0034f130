/** `l2r fmt` and the files that it writes: their permissions, links, and those that it leaves alone. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { fileURLToPath } from "node:url"
import { rewrite } from "../../src/cli/rewrite.ts"
import { specsIn } from "../../src/cli/specs_in.ts"

const folder = mkdtempSync(join(tmpdir(), "l2r-fmt-"))
after(() => rmSync(folder, { recursive: true, force: true }))
const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url))
const { bun, deno } = process.versions as Record<string, string | undefined>
const before = deno ? ["run", "-A", "--no-lock"] : bun ? [] : ["--disable-warning=ExperimentalWarning"]
const l2r = (input: string | Uint8Array, ...words: string[]) =>
  spawnSync(process.execPath, [...before, main, ...words], { input, cwd: folder, encoding: "utf8" })
const fmt = (input: string | Uint8Array, ...words: string[]) => l2r(input, "fmt", ...words)
const unix = { skip: process.platform === "win32" && "Windows has no permissions like these" }

test("standard input, with a broken block in it, comes out formatted", () => {
  const { status, stdout, stderr } = fmt("memory   a=b\r\nadapter  c = {\r\nmemory   d=e # f\r\n", "-")
  assert.equal(status, 0)
  assert.equal(stdout, "memory a = b\r\nadapter  c = {\r\nmemory d = e   # f\r\n")
  assert.match(stderr, /^standard input:2: can't be read and stays as it is/)
})

test("standard input that would change", () => {
  const { status, stdout } = fmt("memory   a=b\n", "-", "--check", "--diff")
  assert.equal(status, 1)
  assert.match(stdout, /^-memory {3}a=b\n\+memory a = b\n/m)
})

test("what is not UTF-8 stays, whether it is a file or standard input", () => {
  const bytes = new Uint8Array([0x23, 0xe9, 0x0a, 0x0a, 0x0a])
  writeFileSync(join(folder, "latin.l2r"), bytes)
  for (const { status, stdout, stderr } of [fmt("", "latin.l2r"), fmt(bytes, "-")]) {
    assert.equal(status, 1)
    assert.equal(stdout, "")
    assert.match(stderr, /is not written in UTF-8, first on line 1/)
  }
  assert.deepEqual(new Uint8Array(readFileSync(join(folder, "latin.l2r"))), bytes)
})

test("what is not UTF-8 is told by check, with its line, and fix leaves it as it is", () => {
  const bytes = Buffer.concat([
    Buffer.from("language 1\n# größe\n# gr"),
    Buffer.from([0xf6]),
    Buffer.from("n\nmemory m = random\n"),
  ])
  writeFileSync(join(folder, "latin1.l2r"), bytes)
  writeFileSync(join(folder, "importing.l2r"), 'language 1\nimport "./latin1.l2r"\n')
  const checked = l2r("", "check", "latin1.l2r")
  assert.equal(checked.status, 1)
  assert.match(checked.stderr, /latin1\.l2r is not written in UTF-8, first on line 3/)
  assert.match(l2r("", "check", "importing.l2r").stdout, /L2R0213.*latin1\.l2r is not written in UTF-8/)
  assert.match(l2r("", "fix", "latin1.l2r").stderr, /not written in UTF-8/)
  assert.deepEqual(readFileSync(join(folder, "latin1.l2r")), bytes)
})

test("permissions stay, and a link stays a link", unix, () => {
  const [file, link] = [join(folder, "real.l2r"), join(folder, "link.l2r")]
  writeFileSync(file, "old")
  chmodSync(file, 0o751)
  symlinkSync("real.l2r", link)
  rewrite(link, "new")
  assert.ok(lstatSync(link).isSymbolicLink())
  assert.equal(readFileSync(file, "utf8"), "new")
  assert.equal(statSync(file).mode & 0o777, 0o751)
})

test("where nothing can be written, the file is as it was, and nothing lies beside it", () => {
  const closed = join(folder, "closed")
  mkdirSync(closed)
  writeFileSync(join(closed, "a.l2r"), "old")
  // Another file has the name that is written first.
  writeFileSync(join(closed, `.a.l2r.${process.pid}.tmp`), "mine")
  assert.throws(() => rewrite(join(closed, "a.l2r"), "new"), /a\.l2r can't be written/)
  assert.equal(readFileSync(join(closed, "a.l2r"), "utf8"), "old")
  assert.deepEqual(readdirSync(closed).sort(), [`.a.l2r.${process.pid}.tmp`, "a.l2r"])
})

test("folders stand for the specs below them", () => {
  const place = join(folder, "tree")
  for (const path of ["b/c.l2r", "a.l2r", "b/d.txt", ".hidden/e.l2r", "node_modules/f.l2r"]) {
    mkdirSync(join(place, path, ".."), { recursive: true })
    writeFileSync(join(place, path), "")
  }
  assert.deepEqual(specsIn([place, join(place, "a.l2r"), "absent.l2r"]), [
    join(place, "a.l2r"),
    join(place, "b", "c.l2r"),
    "absent.l2r",
  ])
})

test("what is read-only is left as it is, by whomever, and the message says how to go on", unix, () => {
  const file = join(folder, "kept.l2r")
  writeFileSync(file, "memory   a=b\n")
  chmodSync(file, 0o444)
  const { status, stderr } = fmt("", "kept.l2r")
  assert.equal(status, 1)
  assert.match(stderr, /kept\.l2r is read-only\n.*chmod u\+w/)
  assert.equal(readFileSync(file, "utf8"), "memory   a=b\n")
  assert.equal(fmt("", "kept.l2r", "--check").status, 1)
})
