/**
 * Runs what the claims ask and keeps what they ask of the results in `recorded/`.
 *
 *   node tests/reproduction/record.ts [glosses banking77 hwu64 mtl5 baselines portability experts] [--store DIR] [--out DIR] [--plan]
 *
 * banking77, hwu64 and mtl5 need the data sets and MiniLM beside the repository, reckoned at about five processor hours together; the
 * others need nothing beside it. What is finished is in the store, and the same command goes on from there. `--plan` only says what there
 * is to do.
 */
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import type { Results } from "../../src/learning/results.ts"
import { DATA, type Data } from "./claim.ts"
import { CLAIMS } from "./claims.ts"
import { outcomesOf } from "./outcome.ts"
import { portedCells } from "./ported_section.ts"
import {
  matrixOf,
  provenanceOf,
  type Recorded,
  type RecordedExperts,
  type RecordedPorted,
  tableOf,
} from "./recorded.ts"

const here = fileURLToPath(new URL(".", import.meta.url))
const root = fileURLToPath(new URL("../../", import.meta.url))
const text = { type: "string" } as const
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    store: { ...text, default: ".l2r/reproduction" },
    out: { ...text, default: "l2r-results" },
    plan: { type: "boolean" },
  },
})

const l2r = (...words: readonly string[]): void => {
  const { status } = spawnSync(process.execPath, [join(root, "src/cli/main.ts"), ...words], { stdio: "inherit" })
  if (status !== 0) process.exit(status ?? 1)
}

const ran = (spec: string, name: string, ...words: readonly string[]): Results => {
  const out = join(values.out, name)
  l2r("run", spec, "--store", values.store, "--out", out, ...words)
  return JSON.parse(readFileSync(join(out, "results.json"), "utf8"))
}

/** All seeds after the last task, one seed after every task. */
const routed = (data: Data, spec: string): Recorded => {
  const final = ran(spec, data, "--skip", "matrix", "--final-stage")
  const stages = ran(spec, `${data}-matrix`, "--only", "matrix")
  return {
    data,
    provenance: provenanceOf(final),
    table: tableOf(final),
    matrix: matrixOf(stages),
    outcomes: CLAIMS.filter(({ on }) => on.includes(data)).flatMap((claim) => outcomesOf(claim, data, final)),
  }
}

/** The siblings as examples/11_transfer says. */
const SIBLINGS = {
  shallow: "--layers 2 --epochs 1",
  slim: "--layers 2 --width 96 --intermediate 384 --epochs 1 --seed 2",
}

const ported = (spec: string): RecordedPorted => {
  for (const [name, sizes] of Object.entries(SIBLINGS)) {
    const folder = join(root, "examples/11_transfer/siblings", name)
    const teacher = join(root, "plugins/backbones/bert/shipped/gloss-mini")
    if (!existsSync(folder)) l2r("distil", "--teacher", teacher, "--out", folder, ...sizes.split(" "))
  }
  const results = ran(spec, "portability")
  return { provenance: provenanceOf(results), cells: portedCells(results.portabilities ?? []) }
}

const experts = (spec: string): RecordedExperts => {
  const results = ran(spec, "experts")
  return { provenance: provenanceOf(results), studies: results.studies ?? [] }
}

interface Run {
  readonly spec: string
  readonly record: (spec: string) => object
}

const RUNS: Readonly<Record<string, Run>> = {
  ...Object.fromEntries(
    DATA.map((data): [string, Run] => [
      data,
      { spec: join(here, `${data}.l2r`), record: (spec) => routed(data, spec) },
    ]),
  ),
  portability: { spec: join(root, "examples/13_portability/spec.l2r"), record: ported },
  experts: { spec: join(root, "examples/12_moduleformer/spec.l2r"), record: experts },
}

const unknown = positionals.find((name) => !(name in RUNS))
if (unknown) {
  console.error(`error: there is no run ${unknown}\n  help: runs are ${Object.keys(RUNS).join(", ")}`)
  process.exit(2)
}
for (const name of positionals.length > 0 ? positionals : Object.keys(RUNS)) {
  const { spec, record } = RUNS[name]
  if (values.plan) {
    l2r("plan", spec, "--store", values.store, ...(name in { portability: 1, experts: 1 } ? [] : ["--final-stage"]))
    continue
  }
  const recorded = record(spec)
  mkdirSync(join(here, "recorded"), { recursive: true })
  writeFileSync(join(here, "recorded", `${name}.json`), `${JSON.stringify(recorded, null, 1)}\n`)
}
