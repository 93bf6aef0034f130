/** The launcher in a clone of its own: what it starts, and what it passes through. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { after, test } from "node:test"
import { fileURLToPath } from "node:url"

const onNode = process.versions.bun === undefined && process.versions.deno === undefined
const sources = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "src", "cli")
const clone = realpathSync(mkdtempSync(join(tmpdir(), "l2r-launch-")))
const cli = join(clone, "src", "cli")
mkdirSync(cli, { recursive: true })
mkdirSync(join(clone, "inner"))
for (const name of ["launch.mjs", "bundle.mjs", "huge_pages.mjs", "runtimes.mjs"])
  copyFileSync(join(sources, name), join(cli, name))
writeFileSync(join(clone, "package.json"), `{ "name": "clone", "type": "module" }`)
writeFileSync(
  join(cli, "main.ts"),
  `const told: object = { args: process.argv.slice(2), cwd: process.cwd(), on: process.execPath, pages: process.env.GLIBC_TUNABLES }
  console.log(JSON.stringify(told))
  if (process.argv.includes("--fail")) process.exitCode = 3
  if (process.argv.includes("--killed")) process.kill(process.pid, "SIGKILL")`,
)
after(() => rmSync(clone, { recursive: true, force: true }))

/** Whether Linux leaves huge pages to programs, and this runtime can start again. */
const left = "/sys/kernel/mm/transparent_hugepage/enabled"
const asks = onNode && existsSync(left) && readFileSync(left, "utf8").includes("[madvise]")

test("arguments and the exit code pass through", () => {
  const { status, told } = launch(["run", "a b.l2r", "--fail"])
  assert.deepEqual(told.args, ["run", "a b.l2r", "--fail"])
  assert.equal(status, 3)
})

test("the script l2r works where the person stands, other scripts in the root of the clone", () => {
  const inner = join(clone, "inner")
  const stood = { INIT_CWD: inner, npm_config_local_prefix: inner }
  assert.equal(launch([], { ...stood, npm_lifecycle_event: "l2r" }).told.cwd, inner)
  assert.equal(launch([], { ...stood, npm_lifecycle_event: "start" }).told.cwd, clone)
})

test("a runtime that is new enough runs it itself", () => {
  assert.equal(realpathSync(launch([]).told.on), realpathSync(process.execPath))
})

test("Node prefers the one that is installed", { skip: !onNode && "Bun and Deno start no Node" }, () => {
  const os = process.platform === "win32" ? "win" : process.platform
  const brought = join(clone, "node_modules", `node-${os}-${process.arch}`)
  mkdirSync(join(brought, "bin"), { recursive: true })
  writeFileSync(join(brought, "package.json"), "{}")
  const program = join(brought, "bin", process.platform === "win32" ? "node.exe" : "node")
  copyFileSync(process.execPath, program) // a link would count as the same program
  assert.equal(realpathSync(launch([]).told.on), realpathSync(program))
  if (asks) assert.equal(launch(["run"]).told.pages, "glibc.malloc.hugetlb=1")
  assert.equal(launch(["--fail"]).status, 3)
  assert.equal(launch(["--killed"]).status, 128 + 9)
  rmSync(join(clone, "node_modules"), { recursive: true })
})

test("verbs that compute ask for huge pages", {
  skip: !asks && "not Node on a Linux that leaves it to programs",
}, () => {
  assert.equal(launch(["run", "a b.l2r"]).told.pages, "glibc.malloc.hugetlb=1")
  assert.deepEqual(launch(["run", "a b.l2r"]).told.args, ["run", "a b.l2r"])
  assert.equal(launch(["check"]).told.pages, undefined)
  const more = { GLIBC_TUNABLES: "glibc.malloc.check=0" }
  assert.equal(launch(["run"], more).told.pages, "glibc.malloc.check=0:glibc.malloc.hugetlb=1")
  const chosen = { GLIBC_TUNABLES: "glibc.malloc.hugetlb=0" }
  assert.equal(launch(["run"], chosen).told.pages, "glibc.malloc.hugetlb=0")
})

test("a program that is no runtime is passed over", { skip: !onNode && "Bun and Deno start no Node" }, () => {
  const brought = join(clone, "node_modules", `node-${process.platform}-${process.arch}`)
  mkdirSync(join(brought, "bin"), { recursive: true })
  writeFileSync(join(brought, "package.json"), "{}")
  symlinkSync(join(clone, "package.json"), join(brought, "bin", "node"))
  assert.equal(realpathSync(launch([]).told.on), realpathSync(process.execPath))
})

function launch(args: readonly string[], env: Record<string, string> = {}) {
  const {
    INIT_CWD: _,
    npm_config_local_prefix: __,
    npm_lifecycle_event: ___,
    GLIBC_TUNABLES: ____,
    ...rest
  } = process.env
  const before = process.versions.deno === undefined ? [] : ["run", "-A", "--no-lock"]
  const { status, stdout, stderr } = spawnSync(process.execPath, [...before, join(cli, "launch.mjs"), ...args], {
    cwd: clone,
    env: { ...rest, ...env },
    encoding: "utf8",
  })
  assert.match(stdout, /^\{/, stderr)
  return { status, told: JSON.parse(stdout) as { args: string[]; cwd: string; on: string; pages?: string } }
}
