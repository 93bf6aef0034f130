#!/usr/bin/env node
/**
 * Starts l2r from a clone: `node src/cli/launch.mjs VERB ...`, whatever Node that is, and the same under Bun and Deno.
 *
 *     Bun, Deno                           run src/cli/main.ts themselves, in this process
 *     Node that the lock file brings      the same
 *     any other Node                      starts that one, and passes arguments, signals and the exit code through
 *     ... where it is not installed       runs it itself from 22.19 on, else says what to do
 *
 * A verb that a fresh bundle has is run from there. Node keeps what it compiles for the next start, of worker threads too.
 * Verbs that compute get huge pages where those can be had.
 */
import { spawn } from "node:child_process"
import * as modules from "node:module"
import { constants, tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { bundled } from "./bundle.mjs"
import { hugePages, startedWithHugePages } from "./huge_pages.mjs"
import { current, find, oldest, root, same } from "./runtimes.mjs"

const main = bundled(root, process.argv[2]) ?? join(root, "src", "cli", "main.ts")
const here = current()
const chosen = here.kind === "node" ? find("node") : here

// The script `l2r` starts in the root of the clone: paths are meant from where the person stands, which npm and Deno
// call INIT_CWD and Bun npm_config_local_prefix.
const { INIT_CWD, npm_config_local_prefix: prefix, npm_lifecycle_event: script } = process.env
const stood = here.kind === "bun" ? prefix : INIT_CWD
if (script === "l2r" && stood !== undefined && same(process.cwd(), root)) process.chdir(stood)

if (chosen?.kind === "node") keepCompiled()

/** Verbs that are worth a second start, of 30 ms. */
const computing = new Set(["run", "pretrain", "distil"])

if (chosen === undefined) {
  process.stderr.write(
    `l2r needs Node ${oldest.node} or newer, and this is Node ${here.version}. Run \`npm ci\` without ` +
      "--omit=optional (the lock file brings one), or install a newer Node, Bun or Deno.\n",
  )
  process.exitCode = 2
} else if (same(chosen.path, here.path)) {
  if (chosen.kind === "node" && computing.has(process.argv[2])) startedWithHugePages()
  hideExperimentalWarnings()
  process.argv[1] = main
  await import(pathToFileURL(main).href)
} else {
  start(chosen.path)
}

/** @param {string} path of the runtime */
function start(path) {
  const child = spawn(path, ["--disable-warning=ExperimentalWarning", main, ...process.argv.slice(2)], {
    stdio: "inherit",
    env: { ...process.env, ...hugePages() },
  })
  // A terminal sends Ctrl-C to the child as well; elsewhere only this process hears the signal and hands it on.
  const fromTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY
  process.on("SIGINT", () => fromTerminal || child.kill("SIGINT"))
  process.on("SIGTERM", () => child.kill("SIGTERM"))
  process.on("SIGHUP", () => child.kill("SIGHUP"))
  child.on("error", (problem) => {
    process.stderr.write(`l2r could not start ${path}: ${problem.message}. Run \`npm ci\` again.\n`)
    process.exit(2)
  })
  child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal ?? "SIGTERM"] ?? 0)))
}

/** Where Node itself would, unless NODE_COMPILE_CACHE names another folder; threads and what is started here read the variable. */
function keepCompiled() {
  process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), "node-compile-cache")
  modules.enableCompileCache?.()
}

/** Node before 24.3 warns that it strips types, and every Node 24 that it has SQLite. */
function hideExperimentalWarnings() {
  const emit = process.emitWarning
  process.emitWarning = (/** @type {any[]} */ ...all) => {
    const kind = typeof all[1] === "object" ? all[1]?.type : all[1]
    if (kind !== "ExperimentalWarning") Reflect.apply(emit, process, all)
  }
}
