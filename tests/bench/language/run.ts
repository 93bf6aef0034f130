/**
 * Measures the language and writes docs/language_benchmarks.md: whole processes, megabytes a second, the time from an edit
 * to its diagnostics, on Bun and Node, beside `yaml` and `@typespec/compiler`.
 *
 *   npm run -s bench:language -- [--turns 15] [--out docs/language_benchmarks.md]
 *
 * The bundle is written anew first. The peers are no dependencies of l2r: npm brings them into a folder of the system's for
 * temporary files, once; without a network their rows are left out.
 */
import { spawnSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { availableParallelism, cpus, loadavg } from "node:os"
import { join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { find, type Runtime, root, title } from "../../../src/cli/runtimes.mjs"
import { flagsOf } from "../flags.ts"
import { npmPeers } from "../npm_peers.ts"
import { wholeProcess } from "./process.ts"

const values = flagsOf(
  {
    turns: { type: "string", default: "15" },
    out: { type: "string", default: join(root, "docs", "language_benchmarks.md") },
  },
  import.meta.url,
)
const turns = Number(values.turns)
const peers = { yaml: "2.9.1", "@typespec/compiler": "1.17.0" }
const load = loadavg()[0]

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url))

/** What a script of this folder prints, as data. */
const asked = ({ path, run }: Runtime, file: string, ...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(path, [...run, here(file), ...args], { encoding: "utf8" })
  if (status !== 0) throw new Error(`${file} ended with ${status}\n${stderr}`)
  return JSON.parse(stdout.trim().split("\n").at(-1) as string)
}

interface Row {
  readonly what: string
  readonly on: string
  readonly measured: string
  readonly beside: string
  readonly goal: string
}
const rows: Row[] = []
const note = (row: Row): void => {
  rows.push(row)
  console.log([row.what, row.on, row.measured, row.beside, row.goal].join(" | "))
}
/** Bold where the goal is met. */
const held = (text: string, met: boolean): string => (met ? `**${text}**` : text)
const ms = (milliseconds: number): string => `${milliseconds.toFixed(milliseconds < 100 ? 1 : 0)} ms`

const bundled = spawnSync(process.execPath, [join(root, "scripts", "write_bundle.mjs")], { encoding: "utf8" })
if (bundled.status !== 0) throw new Error(bundled.stderr)
const folder = npmPeers(peers)
if (!folder) console.error("yaml and @typespec/compiler can't be installed: their rows are left out")

const runtimes = (["bun", "node"] as const).flatMap((kind) => find(kind) ?? [])
const named = ({ kind, version }: Runtime) => `${title[kind]} ${version}`
const goals = { bun: 60, node: 200, deno: Number.POSITIVE_INFINITY }
for (const runtime of runtimes) {
  const { ours, empty } = wholeProcess(runtime, turns)
  note({
    what: "`l2r check` of 30 lines, whole process",
    on: named(runtime),
    measured: `${held(ms(ours.median), ours.median <= goals[runtime.kind])}, least ${ms(ours.best)}`,
    beside: `an empty script ${ms(empty.median)}, least ${ms(empty.best)}; ratio ${(ours.median / empty.median).toFixed(2)}`,
    goal: `at most ${goals[runtime.kind]} ms`,
  })
}
for (const runtime of runtimes) {
  const of: readonly { what: string; rate: number; best: number; median: number; characters: number }[] = asked(
    runtime,
    "text.ts",
    "--turns",
    values.turns,
    ...(folder ? ["--peers", folder] : []),
  )
  const [parse] = of
  for (const { what, rate, best, median, characters } of of) {
    const goal = what === parse.what && runtime.kind === "bun" ? 5 : undefined
    const peer = /yaml|typespec/.test(what)
    note({
      what,
      on: named(runtime),
      measured: `${held(`${rate.toFixed(1)} MB/s`, goal !== undefined && rate >= goal)}, most ${best.toFixed(1)}`,
      beside: peer
        ? `${(median / parse.median).toFixed(1)} times as long as our parse of the same content (${Math.round(characters / 1000)} kB here)`
        : "",
      goal: goal === undefined ? "" : `at least ${goal} MB/s`,
    })
  }
}
for (const runtime of runtimes) {
  const { lines, characters, wall, processor } = asked(runtime, "editor.ts")
  note({
    what: `Edit to diagnostics, ${lines} lines (${Math.round(characters / 1000)} kB), in the language server`,
    on: named(runtime),
    measured: `${held(ms(wall.median), wall.median <= 16)}, least ${ms(wall.best)}, 95 % within ${ms(wall.most)}`,
    beside: `of which the processor ${ms(processor.median)}`,
    goal: "at most 16 ms",
  })
}

const table = rows.map(
  ({ what, on, measured, beside, goal }) => `| ${what} | ${on} | ${measured} | ${beside} | ${goal} |`,
)
writeFileSync(
  resolve(values.out),
  `# How fast the language is

Written by \`npm run -s bench:language\`. Medians of ${turns} turns (200 edits), bold where they meet the goal, and beside them the best turn;
${cpus()[0].model.trim()}, ${availableParallelism()} cores, load before ${load.toFixed(1)}. Above a load of half the cores, whole processes and edits wait for other programs.

| what | on | measured | beside it | goal |
|---|---|---|---|---|
${table.join("\n")}

- The whole process starts from the bundle that \`npm run bundle\` writes and the package holds; it checks
  \`tests/bench/language/thirty.l2r\`, which says no \`use\`. The empty script is what the runtime costs alone.
- Megabytes a second are characters by processor time, over two texts in turn, so that nothing is answered from the last one.
  A parse gives the tree with the place of everything. The text is the spec of thirty lines again and again, each time with
  names of its own, 400 kB; in YAML each declaration is a map, in TypeSpec a constant, made from the same tree.
- yaml ${peers.yaml} makes a document with ranges and comments, @typespec/compiler ${peers["@typespec/compiler"]} its syntax tree.
- An edit is one letter, from the bytes of the request to those of the diagnostics.
`,
)
console.log(`${values.out} written`)
