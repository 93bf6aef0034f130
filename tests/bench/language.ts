/**
 * The speed of the language: `l2r check` as a whole process, and parsing, checking and formatting in megabytes a second.
 * Where the package `yaml` is installed, it parses the same content beside it.
 *
 *   node tests/bench/language.ts [--bytes 400000] [--runs 9]      also with bun and deno, each for itself
 */
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { format } from "../../dsl/format/index.ts"
import { check, type Vocabulary } from "../../dsl/index.ts"
import { parse } from "../../dsl/parse.ts"
import { tokenize } from "../../dsl/tokens.ts"

const { values } = parseArgs({
  options: { bytes: { type: "string", default: "400000" }, runs: { type: "string", default: "9" } },
})
const runs = Number(values.runs)
const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8")
const vocabulary = JSON.parse(read("dsl/vocabulary.json")) as Vocabulary
const quickstart = read("examples/01_quickstart/spec.l2r")

/** The quickstart again and again, each time with names of its own. */
const declared = [...quickstart.matchAll(/^\w+ (\w+)(?= +=| \{)/gm)].map(([, name]) => name)
const names = new RegExp(`\\b(${declared.join("|")})\\b(?!:)`, "g")
const sections = Math.ceil(Number(values.bytes) / quickstart.length)
const long = `language 1\n${Array.from({ length: sections }, (_, i) =>
  quickstart.replace("language 1\n", "").replace(names, (name) => `${name}_${i}`),
).join("")}`

/** The same content as YAML: a map for each declaration. */
const asYaml = (text: string): string =>
  text
    .replace(/^language 1$/gm, "language: 1")
    .replace(
      /^(\w+) (\w+) += ([\w.]+)(?: ("[^"]*"))?(?: *\{(.*)\})?/gm,
      (_, kind, name, plugin, place, options = "") => {
        const all = [`kind: ${kind}`, `plugin: ${plugin}`, ...(place ? [`location: ${place}`] : []), options.trim()]
        return `${name}: { ${all.filter(Boolean).join(", ")} }`
      },
    )
    .replace(/^(\w+) (\w+) \{(.*)\}$/gm, "$2: { kind: $1, $3 }")
    .replace(/^(\w+) (\w+) \{$/gm, "$2:\n  kind: $1")
    .replace(/^\}$/gm, "")
    .replace(/^ {2}compare (\w+) +against (\[.*\]) on (\w+)/gm, "  compare_$1: { against: $2, on: $3 }")
    .replace(/: +(\w+)\[(.*)\]$/gm, ": { of: $1, tasks: [$2] }")

const median = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[times.length >> 1]

/** By processor time, which other programs on the machine change little. */
const speed = (what: string, text: string, work: (text: string) => unknown): void => {
  for (let i = 0; i < 3; i++) work(text) // warm
  const times = Array.from({ length: runs }, () => {
    const before = process.cpuUsage()
    work(text)
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1000
  })
  const middle = median(times)
  const rate = (text.length / 1e3 / middle).toFixed(1)
  console.log(`  ${what.padEnd(26)}${rate.padStart(7)} MB/s${middle.toFixed(1).padStart(9)} ms`)
}

const { bun, deno, node } = process.versions as Record<string, string | undefined>
console.log(
  `${bun ? `Bun ${bun}` : deno ? `Deno ${deno}` : `Node ${node}`}, ${(long.length / 1e6).toFixed(2)} MB, medians of ${runs}, processor time`,
)
const options = { file: "f", vocabulary }
speed("tokens", long, tokenize)
speed("parse, with all places", long, (text) => parse(text, "f", () => {}))
speed("check", long, (text) => check(text, options))
speed("format", long, (text) => format(text))
const yaml = await import("yaml" as string).catch(() => undefined)
if (yaml) speed("yaml, with all places", asYaml(long), (text) => yaml.parseDocument(text))
else console.log("  yaml is not installed")
const lines = long.split("\n").slice(0, 1000).join("\n")
speed("a thousand lines, checked", lines, (text) => check(text, options))

if (!bun && !deno) {
  const script = fileURLToPath(new URL("check.ts", import.meta.url))
  spawnSync(process.execPath, [script, "--runs", values.runs], { stdio: "inherit" })
}
