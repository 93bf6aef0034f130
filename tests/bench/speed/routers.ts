/**
 * What further routers cost on modules that are trained: six that select against one, six that are learnt against six times one.
 *
 *   node tests/bench/speed/routers.ts [--turns 3] [--epochs 3] [--json]
 *
 * The quickstart's stream and backbone, gloss-mini; the modules are trained once into a store, and every timed run gets a copy of that
 * store with nothing but the modules. Whole processes, final stage only. Prints the medians and the ratios; goals 1.3 and 0.8.
 */
import { spawnSync } from "node:child_process"
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { flagsOf } from "../flags.ts"
import { median } from "../median.ts"
import { teller } from "./told.ts"

const text = { type: "string" } as const
const flags = flagsOf(
  {
    turns: { ...text, default: "3" },
    epochs: { ...text, default: "3" },
    json: { type: "boolean", default: false },
  },
  import.meta.url,
)
const main = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url))
const before = process.versions.deno === undefined ? [] : ["run", "-A"]
const scratch = mkdtempSync(join(tmpdir(), "l2r-routers-"))

const SELECTING = [
  "task_centroid",
  "class_centroid",
  "task_gaussian",
  "class_gaussian",
  "class_gaussian, shrinkage: 0.3",
  "task_gaussian, shrinkage: 0.3",
].map((statistic, i) => `router s${i} = similarity { statistic: ${statistic}, statistics: memory, memory: few }`)
const LEARNT = [
  "",
  "relaxation: softmax",
  "aggregate: parameters",
  "relaxation: softmax, aggregate: parameters",
  "scope: global",
  "temperature: 2",
].map((options, i) => `router r${i} = l2r { head: kept, memory: few${options && `, ${options}`} }`)

const spec = (declared: readonly string[]) => `language 1
backbone encoder = bert "gloss-mini" { max_tokens: 48 }
data glosses = wordnet
stream topics { tasks: glosses[living, things, mind, happenings, deeds], scenario: class_incremental }
memory few = random { per_class: 5 }
adapter low_rank = lora { rank: 8, alpha: 16, targets: [query, value] }
train brief { epochs: ${flags.epochs}, batch: 32, learning_rate: 1e-3, head_learning_rate: 1e-2 }
${declared.join("\n")}
experiment routing {
  on: encoder, stream: topics, adapters: low_rank, train: brief
  routers: [${declared.map((line) => line.split(" ")[1]).join(", ")}]
  bounds: [oracle], seeds: 1
}
`

/** Seconds of a whole run on the store of a folder. */
const ran = (name: string, declared: readonly string[], folder: string): number => {
  writeFileSync(join(scratch, `${name}.l2r`), spec(declared))
  const started = performance.now()
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      ...before,
      main,
      "run",
      join(scratch, `${name}.l2r`),
      "--final-stage",
      "--store",
      join(folder, "store"),
      "--out",
      join(folder, "out"),
    ],
    { encoding: "utf8" },
  )
  if (status !== 0) throw new Error(stderr)
  return (performance.now() - started) / 1000
}

/** Takes out of a store whatever is no trained module, such as the forward passes that the router beside them has asked for. */
const keepModules = (store: string): void => {
  const records = join(store, "steps")
  for (const name of readdirSync(records).filter((file) => file.endsWith(".json")))
    if (JSON.parse(readFileSync(join(records, name), "utf8")).kind !== "module") rmSync(join(records, name))
}

/** On a copy of a store: seconds of a run, and of the same run once more, which finds everything done. */
const timed = (name: string, declared: readonly string[], store: string): readonly [first: number, again: number] => {
  const folder = join(scratch, name)
  cpSync(store, join(folder, "store"), { recursive: true })
  const seconds = [ran(name, declared, folder), ran(name, declared, folder)] as const
  rmSync(folder, { recursive: true })
  return seconds
}

try {
  ran("modules", [SELECTING[0]], join(scratch, "modules"))
  const store = join(scratch, "modules", "store")
  keepModules(store)
  const cases = {
    "one selects": [SELECTING[1]],
    "six select": SELECTING,
    "one learnt": [LEARNT[0]],
    "six learnt": LEARNT,
  }
  const times = new Map<string, number[]>(Object.keys(cases).map((name) => [name, []]))
  const fixed: number[] = []
  for (let turn = 0; turn < Number(flags.turns); turn++)
    for (const [name, declared] of Object.entries(cases)) {
      const [first, again] = timed(name.replace(" ", "_"), declared, store)
      times.get(name)!.push(first)
      if (name === "one selects") fixed.push(again)
    }
  const [one, six, learnt, learntSix] = Object.keys(cases).map((name) => median(times.get(name)!))
  const tell = teller(flags.json)
  const seconds = (value: number) => `${value.toFixed(1)} s`
  const done = median(fixed)
  const profile =
    `A run that finds everything done takes ${seconds(done)} (start of the process, plan, tables and report); ` +
    `the one router takes ${seconds(one - done)} more (texts, tokens, frozen features, test texts under each module, its statistics, its evaluation), ` +
    `each further one ${(((six - one) / 5) * 1000).toFixed(0)} ms`
  tell({
    name: "Six selecting routers on trained modules",
    ours: seconds(six),
    peer: "one of them, gloss-mini",
    theirs: seconds(one),
    value: six / one,
    goal: 1.3,
    profile,
  })
  tell({
    name: "Six learnt routers on trained modules",
    ours: seconds(learntSix),
    peer: "six times one of them, gloss-mini",
    theirs: seconds(6 * learnt),
    value: learntSix / (6 * learnt),
    goal: 0.8,
  })
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
