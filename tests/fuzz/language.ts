/**
 * Tries the language on texts without end: nothing may throw, hang or get lost.
 *
 *   node tests/fuzz/language.ts [--cases 100000] [--seed 1] [--kind grammatical|damaged|soup|noise|extreme] [--jobs 2] [--out tests/fuzz/found]
 *
 * As many processes as there are cores share the cases. A failure is shrunk and written into `tests/fuzz/found`, or where
 * `--out` says, under a name of its content; the tests try the files of that folder for ever after.
 */
import { spawn } from "node:child_process"
import { createHash } from "node:crypto"
import { mkdirSync, writeFileSync } from "node:fs"
import { availableParallelism } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import fc from "fast-check"
import { current } from "../../src/cli/runtimes.mjs"
import { holds } from "./hold.ts"
import { shrink } from "./shrink.ts"
import { kinds } from "./specs.ts"

const { values } = parseArgs({
  options: {
    cases: { type: "string", default: "100000" },
    kind: { type: "string" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    jobs: { type: "string", default: String(availableParallelism()) },
    out: { type: "string", default: fileURLToPath(new URL("found/", import.meta.url)) },
  },
})
const [cases, seed, jobs] = [Number(values.cases), Number(values.seed), Number(values.jobs)]

/** Milliseconds of the processor that a hundred thousand characters may take, and any text at least. */
const SLOW = 1000

const timed = (text: string): void => {
  const before = process.cpuUsage()
  holds(text)
  const { user, system } = process.cpuUsage(before)
  const took = (user + system) / 1000
  if (took > SLOW * Math.max(1, text.length / 1e5))
    throw new Error(`${took.toFixed(0)} ms for ${text.length} characters`)
}

/** Shares of the cases. */
const shares = { grammatical: 0.4, damaged: 0.3, soup: 0.15, noise: 0.1, extreme: 0.05 } as const

if (values.kind !== undefined && !Object.hasOwn(kinds, values.kind))
  throw new Error(`there is no kind ${values.kind}; there is: ${Object.keys(kinds).join(", ")}`)
for (const [name, number] of Object.entries({ cases, seed, jobs }))
  if (!Number.isInteger(number) || number < (name === "seed" ? 0 : 1))
    throw new Error(`--${name} takes a whole number, not ${values[name as keyof typeof values]}`)

if (jobs > 1) {
  const { path, run } = current()
  const of = (job: number): string[] => {
    const kind = values.kind === undefined ? [] : ["--kind", values.kind]
    return [
      "--cases",
      String(Math.ceil(cases / jobs)),
      "--seed",
      String(seed + job),
      "--jobs",
      "1",
      "--out",
      values.out,
      ...kind,
    ]
  }
  const ended = Array.from({ length: jobs }, (_, job) => {
    const child = spawn(path, [...run, fileURLToPath(import.meta.url), ...of(job)], { stdio: "inherit" })
    return new Promise<number>((resolve) => child.on("exit", (code) => resolve(code ?? 1)))
  })
  process.exitCode = Math.max(...(await Promise.all(ended)))
} else process.exitCode = tried() === 0 ? 0 : 1

/** How many kinds of text failed. */
function tried(): number {
  let failures = 0
  let all = 0
  for (const [name, arbitrary] of Object.entries(kinds)) {
    if (values.kind !== undefined && values.kind !== name) continue
    const numRuns = values.kind === name ? cases : Math.ceil(cases * shares[name as keyof typeof shares])
    const before = process.cpuUsage()
    const found = fc.check(fc.property(arbitrary, timed), { numRuns, seed })
    const { user, system } = process.cpuUsage(before)
    all += found.numRuns
    console.log(
      `${name}: ${found.numRuns} cases in ${((user + system) / 1e6).toFixed(1)} s of the processor, seed ${seed}`,
    )
    if (!found.failed) continue
    failures++
    const error = found.errorInstance as Error | null
    console.log(`  failed: ${error?.message.split("\n").slice(0, 12).join("\n  ")}`)
    console.log(
      `  at ${error?.stack
        ?.split("\n")
        .find((line) => /dsl|fuzz/.test(line))
        ?.trim()}`,
    )
    console.log(`  kept as ${kept(name, shrink(found.counterexample?.[0] ?? "", failsAs(error)))}`)
  }
  console.log(`${all} texts, ${failures === 0 ? "all hold" : `${failures} kinds failed`}`)
  return failures
}

/** Whether a text fails in the same way: by the first word of the message, which may quote the text after it. */
function failsAs(error: Error | null): (text: string) => boolean {
  const way = (message: string | undefined) => message?.split(/[\s:]/)[0]
  return (text) => {
    try {
      timed(text)
      return false
    } catch (again) {
      return way((again as Error).message) === way(error?.message)
    }
  }
}

/** Writes a shrunk text as a fixture, and says where. */
function kept(kind: string, text: string): string {
  mkdirSync(values.out, { recursive: true })
  const file = join(values.out, `${kind}_${createHash("sha256").update(text).digest("hex").slice(0, 12)}.json`)
  writeFileSync(file, `${JSON.stringify(text)}\n`)
  return `${file}: ${JSON.stringify(text)}`
}
