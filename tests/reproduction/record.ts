/**
 * Runs the specs of the reproduction and keeps what the claims ask of their results in `recorded/`.
 *
 *   node tests/reproduction/record.ts [banking77 hwu64 mtl5 baselines] [--store DIR] [--plan]
 *
 * Needs the data sets and MiniLM beside the repository. About five processor hours in all; what is finished is in the store, and the same
 * command goes on from there. `--plan` only says what there is to do.
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
import { matrixOf, type Recorded, tableOf } from "./recorded.ts"

const here = fileURLToPath(new URL(".", import.meta.url))
const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url))
const text = { type: "string" } as const
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    store: { ...text, default: ".l2r/reproduction" },
    out: { ...text, default: "l2r-results" },
    plan: { type: "boolean" },
  },
})
const wanted: readonly Data[] = positionals.length > 0 ? DATA.filter((data) => positionals.includes(data)) : DATA

const l2r = (...words: readonly string[]): void => {
  const { status } = spawnSync(process.execPath, [main, ...words], { stdio: "inherit" })
  if (status !== 0) process.exit(status ?? 1)
}

for (const data of wanted) {
  const spec = join(here, `${data}.l2r`)
  if (values.plan) {
    l2r("plan", spec, "--store", values.store, "--final-stage")
    continue
  }
  const [whole, matrix] = [join(values.out, data), join(values.out, `${data}-matrix`)]
  l2r("run", spec, "--store", values.store, "--out", whole, "--skip", "matrix", "--final-stage")
  l2r("run", spec, "--store", values.store, "--out", matrix, "--only", "matrix")
  const results = (folder: string): Results => JSON.parse(readFileSync(join(folder, "results.json"), "utf8"))
  const [final, stages] = [results(whole), results(matrix)]
  const recorded: Recorded = {
    data,
    provenance: {
      l2r: final.provenance.l2r,
      runtime: final.provenance.runtime,
      machine: final.provenance.machine,
      versions: final.provenance.versions,
    },
    table: tableOf(final),
    matrix: matrixOf(stages),
    outcomes: CLAIMS.filter(({ on }) => on.includes(data)).flatMap((claim) => outcomesOf(claim, data, final)),
  }
  const folder = join(here, "recorded")
  if (!existsSync(folder)) mkdirSync(folder)
  writeFileSync(join(folder, `${data}.json`), `${JSON.stringify(recorded, null, 1)}\n`)
}
