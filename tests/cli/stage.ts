/** Where a script is played: a folder of its own, and the runtime that the test itself runs on. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { type Line, type Script, wordsOf } from "./script.ts"

const here = dirname(fileURLToPath(import.meta.url))
const root = new URL("../..", import.meta.url).href.replace(/\/$/, "")
const main = join(here, "..", "..", "src", "cli", "main.ts")
const { bun, deno } = process.versions as Record<string, string | undefined>
const before = deno ? ["run", "-A", "--no-lock"] : bun ? [] : ["--disable-warning=ExperimentalWarning"]

interface Said {
  readonly line: Line
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Plays a script; throws where it does not go as written. */
export const play = ({ lines, files }: Script): void => {
  const stage = mkdtempSync(join(tmpdir(), "l2r-cli-"))
  try {
    const standing = [...files]
    let said: Said | undefined
    let expected = 0
    let surprised = false
    const settle = () => {
      if (!said) return
      assert.equal(
        surprised,
        /this is unexpected/.test(said.stderr),
        `line ${said.line.number}: ${surprised ? "nothing" : "something"} unexpected\n${said.stderr}`,
      )
      assert.equal(
        said.code,
        expected,
        `line ${said.line.number}: exit code ${said.code}, not ${expected}\n${said.stdout}${said.stderr}`,
      )
    }
    for (const line of lines) {
      if (line.command !== "copy")
        for (const [name, content] of standing.splice(0)) put(join(stage, name), content.replaceAll("$ROOT", root))
      if (line.command === "exit") {
        expected = Number(line.rest)
        continue
      }
      if (line.command === "unexpected") {
        surprised = true
        continue
      }
      if (line.command === "l2r" || line.command === "small") {
        settle()
        said = run(stage, line)
        expected = 0
        surprised = false
        continue
      }
      if (!checked(stage, line, said)) prepared(stage, line)
    }
    settle()
    assert.ok(said, "the script runs nothing")
  } finally {
    unlock(stage)
    rmSync(stage, { recursive: true, force: true, maxRetries: 3 })
  }
}

const run = (cwd: string, line: Line): Said => {
  const { L2R_DEBUG: _, FORCE_COLOR: __, NODE_TEST_CONTEXT: ___, ...env } = process.env
  const said = line.command === "small" ? wordsOf(line.rest).slice(1) : wordsOf(line.rest)
  const words = said[0] === "run" && !said.includes("--workers") ? ["run", "--workers", "1", ...said.slice(1)] : said
  const command = [process.execPath, ...before, main, ...words]
  const [program, ...args] =
    line.command === "small" ? ["sh", "-c", `trap "" XFSZ; ulimit -f 2; exec "$@"`, "sh", ...command] : command
  const { status, signal, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    env: { ...env, NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
    encoding: "utf8",
    timeout: 120_000,
  })
  const all = `${stdout}${stderr}`
  assert.ok(!error && signal === null, `line ${line.number}: ${error?.message ?? signal}\n${all}`)
  assert.doesNotMatch(all, /^\s+at (?:.* \()?\S+:\d+(?::\d+)?\)?$/m, `line ${line.number}`)
  return { line, code: status, stdout, stderr }
}

const checked = (stage: string, { command, not, rest, number }: Line, said: Said | undefined): boolean => {
  if (command === "exists") assert.equal(existsSync(join(stage, rest)), !not, `line ${number}: ${rest}`)
  else if (command === "holds") {
    const [, name, pattern] = rest.match(/^(\S+) (.*)$/) as RegExpMatchArray
    const found = new RegExp(pattern, "m").test(readFileSync(join(stage, name), "utf8"))
    assert.equal(found, !not, `line ${number}: ${name} ${not ? "has" : "lacks"} ${pattern}`)
  } else if (command === "stdout" || command === "stderr") {
    assert.ok(said, `line ${number}: nothing has run yet`)
    const message = `line ${number}: ${command} ${not ? "has" : "lacks"} ${rest}\n${said.stdout}\n${said.stderr}`
    assert.equal(new RegExp(rest, "m").test(said[command]), !not, message)
  } else return false
  return true
}

const prepared = (stage: string, { command, rest, number }: Line): void => {
  const [name, ...words] = wordsOf(rest)
  const path = join(stage, name)
  switch (command) {
    case "copy": {
      const from = [join(here, name), join(here, "..", "golden", name)].find((place) => existsSync(place))
      assert.ok(from, `line ${number}: no folder ${name}`)
      cpSync(from, name === "tiny" ? stage : path, { recursive: true })
      break
    }
    case "change": {
      const [old, changed] = words
      const text = readFileSync(path, "utf8")
      assert.ok(text.includes(old), `line ${number}: ${name} has no ${old}`)
      writeFileSync(path, text.replaceAll(old, changed))
      break
    }
    case "cut":
      truncateSync(path, Number(words[0]))
      break
    case "write":
      put(path, words[0].repeat(Number(words[1] ?? 1)))
      break
    case "folder":
      mkdirSync(path, { recursive: true })
      break
    case "remove":
      rmSync(path, { recursive: true })
      break
    case "lock":
      mkdirSync(path, { recursive: true })
      chmodSync(path, 0o555)
      break
    default:
      assert.fail(`line ${number}: there is no command ${command}`)
  }
}

const put = (path: string, content: string): void => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
}

const unlock = (folder: string): void => {
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) {
      chmodSync(join(folder, entry.name), 0o755)
      unlock(join(folder, entry.name))
    }
}
