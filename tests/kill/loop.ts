/**
 * Kills runs with -9 at moments spread over the kinds of steps, starts each again, and compares what it leaves with an
 * undisturbed run, byte for byte.
 *
 *     node tests/kill/loop.ts [--kills 50] [--spec FILE] [--seed 1] [--toy]
 *
 * Every kill begins with a store from which all that was finished after the chosen step began in the undisturbed run is
 * taken away (every fifth: with an empty one), and comes at a random moment between the step's begin and end. The kind
 * that was hit least comes next. `--toy` runs the toy plan of tests/run instead, to test this script.
 */
import { cpSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import type { RunEvent } from "../../src/run/events.ts"
import { type Content, differences, resultsContent, storeContent } from "./content.ts"
import { forget } from "./forget.ts"
import { runOnce, underWay } from "./once.ts"

const { values: flags } = parseArgs({
  options: {
    kills: { type: "string", default: "50" },
    spec: { type: "string", default: fileURLToPath(new URL("./spec.l2r", import.meta.url)) },
    seed: { type: "string", default: "1" },
    toy: { type: "boolean", default: false },
  },
})
const spec = flags.toy ? "toy" : flags.spec
const total = Number(flags.kills)

const work = mkdtempSync(join(tmpdir(), "l2r-kill-"))
process.on("exit", () => rmSync(work, { recursive: true, force: true }))

/** Numbers in [0, 1) that are the same for the same seed (a linear congruential generator). */
const draws = (seed: number) => {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
const draw = draws(Number(flags.seed))

const say = (text: string): void => void process.stdout.write(`${text}\n`)
const give = (message: string): never => {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}
const contentOf = (place: string): Content => ({
  ...storeContent(join(place, "store")),
  ...resultsContent(join(place, "out")),
})

/** When each step of the undisturbed run was seen to begin and to end, in milliseconds. */
const began = new Map<string, number>()
const ended = new Map<string, number>()
const calm = join(work, "calm")
const beginning = performance.now()
const undisturbed = await runOnce(spec, calm, (event) => {
  if (event.type === "started") began.set(event.key, performance.now())
  if (event.type === "finished") ended.set(event.key, performance.now())
})
if (undisturbed.code !== 0) give(`the undisturbed run ended with ${undisturbed.code}:\n${undisturbed.output}`)
const expected = contentOf(calm)
const kindOf = new Map(
  undisturbed.events.flatMap((event) =>
    event.type === "planned" ? event.steps.map(({ key, kind }) => [key, kind] as const) : [],
  ),
)
const kinds = [...new Set([...began.keys()].map((key) => kindOf.get(key) as string))]
say(
  `an undisturbed run takes ${((performance.now() - beginning) / 1000).toFixed(1)} s and has ${began.size} steps of the kinds ${kinds.join(", ")}`,
)

/** A place in which all that was finished before a step began is kept. */
const before = (target: string, name: string): string => {
  const place = join(work, name)
  cpSync(calm, place, { recursive: true })
  rmSync(join(place, "out"), { recursive: true, force: true })
  const begin = undisturbed.events.findIndex((event) => event.type === "started" && event.key === target)
  forget(
    join(place, "store"),
    new Set(undisturbed.events.slice(begin).flatMap((event) => (event.type === "finished" ? [event.key] : []))),
  )
  return place
}

/** Starts a run and kills it within the step; returns the kinds of the steps that were under way then. */
const killed = async (place: string, target: string): Promise<ReadonlySet<string>> => {
  const wait = draw() * ((ended.get(target) as number) - (began.get(target) as number))
  const { events } = await runOnce(spec, place, (event: RunEvent, kill) => {
    if (event.type === "planned" && !event.steps.every(({ key }) => kindOf.has(key)))
      give("the plan is not the undisturbed run's: a source file was changed meanwhile")
    if (event.type === "started" && event.key === target) setTimeout(kill, wait)
  })
  return new Set([...underWay(events)].map((key) => kindOf.get(key) as string))
}

const aimed = new Map(kinds.map((kind) => [kind, 0]))
const hits = new Map(kinds.map((kind) => [kind, 0]))
const more = (counts: Map<string, number>, kind: string) => counts.set(kind, (counts.get(kind) as number) + 1)
/** Few hits make a kind come next; many vain attempts make it wait. */
const turn = (kind: string): number => (hits.get(kind) as number) + (aimed.get(kind) as number) / 3
let late = 0

for (let kill = 1; kill <= total; kill++) {
  const kind = kinds.reduce((least, next) => (turn(next) < turn(least) ? next : least))
  const candidates = [...began.keys()].filter((key) => kindOf.get(key) === kind)
  const target = candidates[Math.floor(draw() * candidates.length)]
  const place = kill % 5 === 0 ? join(work, `kill-${kill}`) : before(target, `kill-${kill}`)
  const hit = await killed(place, target)
  more(aimed, kind)
  for (const each of hit) more(hits, each)
  if (hit.size === 0) late += 1
  const again = await runOnce(spec, place)
  if (again.code !== 0) give(`after kill ${kill} (${kind}) the run ended with ${again.code}:\n${again.output}`)
  const wrong = differences(expected, contentOf(place))
  if (wrong.length > 0)
    give(
      `after kill ${kill} (${kind}) the run left something else than an undisturbed one:\n  ${wrong.slice(0, 20).join("\n  ")}`,
    )
  rmSync(place, { recursive: true, force: true })
}

say(
  `${total} kills in ${((performance.now() - beginning) / 1000).toFixed(0)} s, each ended equal to the undisturbed run; steps under way at the moment of a kill, by kind:`,
)
for (const [kind, count] of hits) say(`  ${kind.padEnd(10)} ${count}`)
if (late > 0) say(`  none, between two steps or after the last: ${late}`)
const spared = kinds.filter((kind) => hits.get(kind) === 0)
if (spared.length > 0 && total >= 3 * kinds.length) give(`no kill hit a step of the kind ${spared.join(", ")}`)
