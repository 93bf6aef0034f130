/**
 * The whole suite: `npm test` runs it on Node, Bun and Deno, `bun run test` on Bun, `deno task test` on Deno.
 *
 *     node tests/run.mjs [--on node,bun,deno] [part of a file's path ...]
 *
 * The files of a room share a process, as starts and what they load would take most of the time; those whose work is in
 * processes of their own have one each. Two run at a time, each prints what its runner says when it has ended, and the
 * counts come from the JUnit files that it writes. A runtime that is missing, a runner that stops without a failed test or
 * before its report is whole, and a run without tests all count as failures.
 *
 * Skip a test with `{ skip: condition && "reason" }`. Deno counts `t.skip("reason")` as passed.
 */
import { spawn, spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, relative, sep } from "node:path"
import { pathToFileURL } from "node:url"
import { hugePages } from "../src/cli/huge_pages.mjs"
import { current, find, oldest, root, title } from "../src/cli/runtimes.mjs"
import { readReport } from "./report.mjs"

const minutes = 20 // after which a hanging runner is ended

/**
 * Whose work is in processes of their own, or begins before the first test: a process each, since in a shared one the first
 * test of all would wait for the work of every file.
 */
const isApart = (/** @type {string} */ file) =>
  /^tests\/(browser|cli|examples)\//.test(file) || /^before\(/m.test(readFileSync(join(root, file), "utf8"))

const here = current()
const { kinds, parts } = readArguments(process.argv.slice(2))
const all = testFiles()
const scratch = scratchFolder()

if (process.argv.slice(2).every((each) => each !== "--on")) {
  const alone = kinds.length === 1
  say(alone ? `The suite runs on ${title[here.kind]} alone; \`npm test\` runs it on Node, Bun and Deno.` : "")
}
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }))
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(1))
const begun = Date.now()
const results = kinds.map((kind) => ({ kind, runtime: find(kind), tests: [], problems: [], notes: [], seconds: 0 }))
const jobs = results.flatMap(jobsOf)
const alone = jobs.length === 1
await Promise.all([lane(), lane()])
summarise(results)

/** Performs one job after the other, as long as there are any. */
async function lane() {
  for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) await run(job)
}

/** @typedef {{ kind: "node" | "bun" | "deno", runtime?: { path: string, version: string }, tests: import("./report.mjs").Test[], problems: { what: string, said?: string }[], notes: string[], seconds: number }} Result */
/** @typedef {{ result: Result, room: string, files: string[] }} Job */

/** What runs on one runtime. @param {Result} result @returns {Job[]} */
function jobsOf(result) {
  const { kind, runtime, problems } = result
  const files = filesOf(kind)
  if (runtime === undefined) {
    const remedy = "run `npm ci` without --omit=optional, or name the others with --on"
    problems.push({ what: `${title[kind]} ${oldest[kind]} or newer was not found: ${remedy}` })
    return []
  }
  if (all.length === 0) problems.push({ what: "no test file" }) // else a runtime without files leaves these to Node
  const roomOf = (file) => (isApart(file) ? file : (/^tests\/\w+\//.exec(file)?.[0] ?? "tests/"))
  const rooms = [...new Set(files.map(roomOf))]
  return rooms.map((room) => ({ result, room, files: files.filter((file) => roomOf(file) === room) }))
}

/**
 * Deno 2.9 itself seldom ends so, with little on the stack, in `deno compile` too (denoland/deno#36746): once in about ten runs of
 * the whole suite, never where it was looked for. Such a room runs once more, and the summary says so. @param {string} text
 */
function isOfDeno(text) {
  return /'tokio-runtime-worker'.* has overflowed its stack/.test(text)
}

/** Runs the files of a job with the runner of its runtime. @param {Job} job @param {boolean} [again] */
async function run({ result, room, files }, again = false) {
  const { kind, runtime, tests, problems } = result
  const name = `${kind}-${room.replaceAll("/", "-")}`
  const report = join(scratch, `${name}.xml`)
  const head = `\n── ${title[kind]} ${runtime.version}: ${files.length === 1 ? files[0] : `${files.length} files of ${room}`} ──\n`
  const started = Date.now()
  const { code, text, late } = await start(runtime.path, argumentsOf(result, name, report, files), head)
  if (!alone) process.stdout.write(head + text)
  if (!again && kind === "deno" && isOfDeno(text)) {
    result.notes.push(`overflowed its own stack in ${room}, which ran once more`)
    return run({ result, room, files }, true)
  }
  const xml = read(report)
  const found = readReport(
    kind,
    xml,
    files.map((file) => ({ file, source: readFileSync(join(root, file), "utf8") })),
  )
  tests.push(...found)
  result.seconds += (Date.now() - started) / 1000
  const failed = found.some((test) => test.outcome === "failed")
  const what = late
    ? `was ended after ${minutes} minutes`
    : found.length === 0
      ? `ran no test (exit code ${code})`
      : !xml.trimEnd().endsWith("</testsuites>")
        ? `stopped in the middle (exit code ${code})`
        : code !== 0 && !failed
          ? `stopped with exit code ${code}, though no test failed`
          : undefined
  const said = text.trimEnd().split("\n").slice(-12).join("\n")
  if (what !== undefined) problems.push({ what: `${room}: ${what}`, said })
}

/** @param {Result} result @param {string} name of the job @param {string} report @param {readonly string[]} files */
function argumentsOf({ kind, runtime }, name, report, files) {
  if (kind === "node") {
    const reporters = ["spec", "stdout", "junit", report]
    const named = reporters.map(
      (each, index) => (index % 2 === 0 ? "--test-reporter=" : "--test-reporter-destination=") + each,
    )
    const isolation = Number.parseInt(runtime.version, 10) < 24 ? "experimental-test-isolation" : "test-isolation"
    return [
      "--disable-warning=ExperimentalWarning",
      "--test",
      `--${isolation}=none`,
      "--test-timeout=240000",
      ...named,
      ...files,
    ]
  }
  if (kind === "bun") {
    const where = files.map((file) => `./${file}`)
    return ["test", "--timeout=240000", "--reporter=junit", `--reporter-outfile=${report}`, ...where]
  }
  return ["test", "-A", "--no-check", "--no-lock", `--junit-path=${report}`, together(name, files)]
}

/** A module that loads all files, since Deno gives each that it is told a thread with everything in it loaded anew. */
function together(name, files) {
  const module = join(scratch, `${name}.test.js`)
  const lines = files.map((file) => {
    const url = JSON.stringify(pathToFileURL(join(root, file)).href)
    return `await import(${url}).catch((problem) => test(${JSON.stringify(file)}, () => { throw problem }))`
  })
  writeFileSync(module, `import { test } from "node:test"\n${lines.join("\n")}\n`)
  return module
}

/**
 * @param {string} path @param {string[]} args
 * @param {string} head printed before the output of what runs alone, which appears as it comes
 * @returns {Promise<{ code: number | string, text: string, late: boolean }>}
 */
function start(path, args, head) {
  if (alone) process.stdout.write(head)
  // Node keeps what it has compiled for the next of its many processes: they start in half the time.
  const compiled = join(scratch, "compiled")
  const env = { NODE_COMPILE_CACHE: compiled, ...process.env, ...hugePages(), NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" }
  env.TMPDIR = join(scratch, "tmp")
  mkdirSync(env.TMPDIR, { recursive: true })
  delete env.FORCE_COLOR
  delete env.NODE_TEST_CONTEXT // else a suite that is run from a test would report to that test
  return new Promise((resolve) => {
    let text = ""
    let late = false
    const child = spawn(path, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] })
    const timer = setTimeout(() => {
      late = true
      child.kill("SIGKILL")
    }, minutes * 60_000)
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8")
      stream.on("data", (piece) => {
        if (alone) process.stdout.write(piece)
        text += piece
      })
    }
    child.on("error", (error) => resolve({ code: error.message, text, late }))
    child.on("close", (code, signal) => {
      clearTimeout(timer)
      resolve({ code: code ?? signal ?? "unknown", text, late })
    })
  })
}

/**
 * Where tests write, until all have ended: in memory, where Linux offers that with some room, since runs wait for the
 * disk after every step. What is written there must be allowed to run, as packages do that tests install.
 */
function scratchFolder() {
  const memory = "/dev/shm"
  try {
    const { bavail, bsize } = statfsSync(memory)
    if (process.env.TMPDIR === undefined && bavail * bsize > 4e9) {
      const folder = mkdtempSync(join(memory, "l2r-tests-"))
      const program = join(folder, "program")
      writeFileSync(program, "#!/bin/sh\n", { mode: 0o755 })
      if (spawnSync(program).status === 0) return folder
      rmSync(folder, { recursive: true })
    }
  } catch {} // there is none
  return mkdtempSync(join(tmpdir(), "l2r-tests-"))
}

/** Every file `*.test.ts` under tests/, as a path from the root with forward slashes. */
function testFiles() {
  const found = readdirSync(join(root, "tests"), { recursive: true, withFileTypes: true })
  return found
    .filter((entry) => entry.isFile() && entry.name.endsWith(".test.ts"))
    .map((entry) =>
      relative(root, join(entry.parentPath ?? entry.path, entry.name))
        .split(sep)
        .join("/"),
    )
    .filter((file) => parts.length === 0 || parts.some((part) => file.includes(part)))
    .sort()
}

/** Examples and the browser run on Node; the others run one of the examples. @param {string} kind */
function filesOf(kind) {
  if (kind === "node" || (here.kind === kind && parts.length > 0)) return all
  return all.filter((file) => !/^tests\/(browser|examples)\//.test(file) || file === "tests/examples/smoke.test.ts")
}

/** @param {string[]} words */
function readArguments(words) {
  const known = ["node", "bun", "deno"]
  let kinds = here.kind === "node" ? known : [here.kind]
  const parts = []
  for (let index = 0; index < words.length; index++) {
    if (words[index] === "--on") kinds = (words[++index] ?? "").split(",").filter((each) => each !== "")
    else parts.push(words[index])
  }
  const strange = kinds.find((kind) => !known.includes(kind))
  if (strange !== undefined || kinds.length === 0) {
    process.stderr.write(`--on takes names out of ${known.join(", ")}, separated by commas; got "${strange ?? ""}"\n`)
    process.exit(2)
  }
  return { kinds, parts }
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return ""
  }
}

/** @param {string} text */
function say(text) {
  if (text !== "") process.stdout.write(`${text}\n`)
}

/** @param {readonly Result[]} results */
function summarise(results) {
  const sum = { passed: 0, failed: 0, skipped: 0 }
  /** @type {Map<string, { title: string, name: string }[]>} */
  const skips = new Map()
  const failures = []
  // Node's report tells file and reason of tests whose names are made while they run; the others' reports do not.
  const last = (name) => name.split(" > ").at(-1)
  const told = new Map(
    results.flatMap(({ tests }) =>
      tests.filter(({ reason }) => reason !== undefined).map((test) => [last(test.name), test]),
    ),
  )
  say("\n── Summary ──")
  for (const { kind, runtime, tests, problems, notes, seconds } of results) {
    const count = (outcome) => tests.filter((test) => test.outcome === outcome).length
    const own = {
      passed: count("passed"),
      failed: count("failed") + problems.length,
      skipped: count("skipped"),
    }
    for (const key of Object.keys(sum)) sum[key] += own[key]
    const name = `${title[kind]} ${runtime?.version ?? ""}`.trim().padEnd(14)
    const time = runtime === undefined ? "" : ` in ${seconds.toFixed(0)} s of its processes`
    say(
      `${[`${name} ${own.passed} passed, ${own.failed} failed, ${own.skipped} skipped${time}`, ...problems.map(({ what }) => what), ...notes].join("; ")}`,
    )
    for (const test of tests) {
      if (test.outcome === "failed") failures.push({ ...test, on: title[kind] })
      if (test.outcome !== "skipped") continue
      const { file, reason = "no reason given" } =
        test.reason === undefined ? (told.get(last(test.name)) ?? test) : test
      const place = `${file} (${reason})`
      skips.set(place, [...(skips.get(place) ?? []), { title: title[kind], name: last(test.name) }])
    }
    for (const { what, said } of problems)
      failures.push({ on: title[kind], file: "the runner", name: what, cause: said })
  }
  if (skips.size > 0) say("\nSkipped:")
  for (const [place, tests] of skips) {
    const names = [...new Set(tests.map(({ name }) => name))]
    const what = names.length > 3 ? `${names.length} tests` : names.join("; ")
    say(`  ${place}: ${what} on ${[...new Set(tests.map(({ title }) => title))].join(", ")}`)
  }
  if (failures.length > 0) say("\nFailed:")
  for (const { on, file, name, cause = "" } of failures)
    say(`  ${file}: ${name} on ${on}\n${cause.replace(/^/gm, "      ")}`)
  if (sum.passed + sum.failed === 0) {
    sum.failed = 1
    say("No test ran.")
  }
  const passed = `${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`
  say(`\n${passed} in ${((Date.now() - begun) / 60_000).toFixed(1)} minutes`)
  process.exitCode = sum.failed === 0 ? 0 : 1
}
