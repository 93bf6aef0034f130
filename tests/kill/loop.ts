/**
 * Kills runs with -9 at moments spread over the kinds of steps, starts each again, and compares what it leaves with an
 * undisturbed run, byte for byte.
 *
 *     node tests/kill/loop.ts [--kills 50] [--spec FILE] [--seed 1] [--toy]
 *
 * A run tells its events by `l2r run SPEC --store DIR --out DIR --events FILE`. Every kill begins with a store from which
 * all that was finished after the chosen step began in the undisturbed run is taken away (every fifth: with an empty one).
 * `--toy` runs the toy plan of tests/run instead, to test this script.
 */
import { spawn } from "node:child_process"
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import type { RunEvent } from "../../src/run/events.ts"
import { journalled } from "../../src/run/journal.ts"
import { readRecord } from "../../src/run/store/record.ts"
import { type Content, differences, resultsContent, storeContent } from "./content.ts"

const { values: flags } = parseArgs({ options: {
  kills: { type: "string", default: "50" },
  spec: { type: "string", default: fileURLToPath(new URL("./spec.l2r", import.meta.url)) },
  seed: { type: "string", default: "1" },
  toy: { type: "boolean", default: false },
} })

const work = mkdtempSync(join(tmpdir(), "l2r-kill-"))
process.on("exit", () => rmSync(work, { recursive: true, force: true }))

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const onRuntime = "Deno" in globalThis ? ["run", "-A", "--no-check"] : []
const commandOf = (place: string): readonly string[] => {
  const [store, out, events] = [join(place, "store"), join(place, "out"), join(place, "events.jsonl")]
  if (flags.toy) return [here("../run/toy_run.ts"), store, events]
  return [here("../../src/cli/main.ts"), "run", flags.spec, "--store", store, "--out", out, "--events", events]
}

interface Ended {
  readonly code: number | null
  readonly output: string
  readonly events: readonly RunEvent[]
}

/** Runs once in a place; `watch` sees the events so far every few milliseconds, and may kill. */
const run = (place: string, watch?: (events: readonly RunEvent[], kill: () => void) => void): Promise<Ended> =>
  new Promise((resolve) => {
    const journal = join(place, "events.jsonl")
    const events = () => (existsSync(journal) ? journalled(readFileSync(journal, "utf8")) : [])
    rmSync(journal, { force: true })
    const child = spawn(process.execPath, [...onRuntime, ...commandOf(place)], { stdio: ["ignore", "pipe", "pipe"] })
    let output = ""
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => {
      output += text
    })
    const timer = watch && setInterval(() => watch(events(), () => child.kill("SIGKILL")), 3)
    child.on("close", (code) => {
      clearInterval(timer)
      resolve({ code, output, events: events() })
    })
  })

/** Numbers in [0, 1) that are the same for the same seed (a linear congruential generator). */
const draws = (seed: number) => {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

const kindsIn = (events: readonly RunEvent[]): ReadonlyMap<string, string> =>
  new Map(events.flatMap((event) => (event.type === "planned" ? event.steps.map(({ key, kind }) => [key, kind] as const) : [])))

/** Keys of the steps that have begun and not ended. */
const running = (events: readonly RunEvent[]): ReadonlySet<string> => {
  const open = new Set<string>()
  for (const event of events) {
    if (event.type === "started") open.add(event.key)
    if (event.type === "finished" || event.type === "failed") open.delete(event.key)
  }
  return open
}

/** Takes the records of some steps out of a store, and the objects that no other record names. */
const forget = (store: string, keys: ReadonlySet<string>): void => {
  const named = new Set<string>()
  for (const name of readdirSync(join(store, "steps"))) {
    const key = name.replace(/\.json$/, "")
    if (keys.has(key)) rmSync(join(store, "steps", name))
    else {
      const { json, arrays } = readRecord(key, readFileSync(join(store, "steps", name)))
      for (const object of [json, arrays]) if (object) named.add(object.digest)
    }
  }
  for (const part of readdirSync(join(store, "objects"))) {
    for (const name of readdirSync(join(store, "objects", part))) if (!named.has(name.split(".")[0])) rmSync(join(store, "objects", part, name))
  }
}

const give = (message: string): never => {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

const calm = join(work, "calm")
const undisturbed = await run(calm)
if (undisturbed.code !== 0) give(`the undisturbed run ended with ${undisturbed.code}:\n${undisturbed.output}`)
const expected: Content = { ...storeContent(join(calm, "store")), ...resultsContent(join(calm, "out")) }
const kindOf = kindsIn(undisturbed.events)
const kinds = [...new Set(undisturbed.events.flatMap((event) => (event.type === "started" ? [kindOf.get(event.key) as string] : [])))]
const seconds = new Map(undisturbed.events.flatMap((event) => (event.type === "finished" ? [[event.key, event.seconds] as const] : [])))
process.stdout.write(`an undisturbed run has ${seconds.size} steps of the kinds ${kinds.join(", ")}\n`)

const draw = draws(Number(flags.seed))
const hits = new Map<string, number>(kinds.map((kind) => [kind, 0]))
const total = Number(flags.kills)
let late = 0
for (let kill = 0; kill < total; kill++) {
  const kind = kinds[kill % kinds.length]
  const candidates = undisturbed.events.filter((event) => event.type === "started" && kindOf.get(event.key) === kind)
  const target = (candidates[Math.floor(draw() * candidates.length)] as { key: string }).key
  const place = join(work, `kill-${kill}`)
  if (kill % 5 !== 4) {
    cpSync(calm, place, { recursive: true })
    rmSync(join(place, "out"), { recursive: true, force: true })
    const begin = undisturbed.events.findIndex((event) => event.type === "started" && event.key === target)
    forget(join(place, "store"), new Set(undisturbed.events.slice(begin).flatMap((event) => (event.type === "finished" ? [event.key] : []))))
  }
  const wait = draw() * 1000 * (seconds.get(target) ?? 0)
  let hit: readonly string[] | undefined
  let due = false
  await run(place, (events, end) => {
    if (due || !events.some((event) => event.type === "started" && event.key === target)) return
    due = true
    setTimeout(end, wait)
  }).then(({ events }) => {
    const open = running(events)
    if (open.size > 0) hit = [...open].map((key) => kindOf.get(key) ?? "?")
  })
  const again = await run(place)
  if (again.code !== 0) give(`after kill ${kill + 1} (${kind}) the run ended with ${again.code}:\n${again.output}`)
  const wrong = differences(expected, { ...storeContent(join(place, "store")), ...resultsContent(join(place, "out")) })
  if (wrong.length > 0) give(`after kill ${kill + 1} (${kind}) the run left something else than an undisturbed one:\n  ${wrong.join("\n  ")}`)
  if (hit) for (const each of new Set(hit)) hits.set(each, (hits.get(each) ?? 0) + 1)
  else late += 1
  rmSync(place, { recursive: true, force: true })
}
process.stdout.write(`${total} kills, each ended equal to the undisturbed run; steps that ran at the moment of a kill, by kind:\n`)
for (const [kind, count] of hits) process.stdout.write(`  ${kind.padEnd(10)} ${count}\n`)
if (late > 0) process.stdout.write(`  between two steps, or after the last: ${late}\n`)
