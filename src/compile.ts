/**
 * The whole of l2r on one page.
 *
 *   text --parse, check--> Spec --plan--> Plan (graph of steps) --run--> artifacts in the store --assemble--> Results --report--> files
 *
 *   1. read and check   src/source.ts + dsl/      a file becomes a checked spec, or diagnostics
 *   2. plan             src/plan/plan.ts          the spec and its plugins become steps with content keys
 *   3. run              src/run/execute.ts        what the store does not have is computed, in worker threads
 *   4. assemble         src/run/results.ts        scores, costs and comparisons become one plain value
 *   5. report           src/report/               results.json, report.html, matrix.csv, tables for the terminal
 */
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Spec } from "../dsl/index.ts"
import type { Results } from "./learning/results.ts"
import { makePlan, needed, type Plan, type PlanSettings } from "./plan/plan.ts"
import { matrixCsv, type ReportFile, reportHtml, resultsJson } from "./report/index.ts"
import type { RunEvent } from "./run/events.ts"
import { ArtifactStore, execute } from "./run/execute.ts"
import { machine } from "./run/machine.ts"
import { assembleResults } from "./run/results.ts"
import { openStore } from "./run/store/index.ts"
import { writeWhole } from "./run/store/write.ts"
import { ownPerformers, workers } from "./run/workers.ts"
import type { Source } from "./source.ts"

export { checkSource, readSource, type Source } from "./source.ts"

/** Phase 2. */
export const plan = (spec: Spec, source: Source, settings: Pick<PlanSettings, "finalStageOnly"> = {}): Promise<Plan> =>
  makePlan(spec, { directory: source.directory, processor: machine().fingerprint, ...settings })

export interface RunSettings {
  /** Folder of the store. */
  readonly store: string
  readonly workers?: number
  readonly onEvent?: (event: RunEvent) => void
}

/** Phases 3 and 4. Fails with RunFailed or StoreError; interrupted, it keeps what is finished. */
export const run = (planned: Plan, spec: Spec, source: Source, { store, workers: size, onEvent }: RunSettings): Effect.Effect<Results, unknown> => {
  const started = new Date()
  const { backend, profile, wanted } = planned
  const chosen = { name: backend.plugin, ...(backend.from ? { from: backend.from } : {}), options: backend.options }
  const layer = Layer.merge(ArtifactStore.layer(store), workers({ store, performers: ownPerformers, backend: chosen, profile }, size))
  return execute({ steps: needed(planned), wanted, onEvent }).pipe(
    Effect.provide(layer),
    Effect.map(({ computed }) =>
      assembleResults({
        plan: planned,
        store: openStore(store),
        computed: new Set(computed),
        started,
        seconds: (Date.now() - started.getTime()) / 1000,
        spec: effective(spec),
        specFile: source.file,
      }),
    ),
  )
}

/** The checked spec without its spans: what the run really did. */
const effective = (spec: Spec): string => JSON.stringify(spec, (key, value) => (key === "span" || key === "optionSpans" || key === "file" ? undefined : value), 2)

/** Phase 5. */
export const writeReport = async (results: Results, folder: string): Promise<readonly ReportFile[]> => {
  mkdirSync(folder, { recursive: true })
  const files: readonly (readonly [string, string, string])[] = [
    ["results.json", "every prediction, gate and figure", [...resultsJson(results)].join("")],
    ["report.html", "plots, tables, provenance", await reportHtml(results)],
    ["matrix.csv", "accuracy matrices, one line per cell", matrixCsv(results)],
  ]
  const encoder = new TextEncoder()
  for (const [name, , content] of files) writeWhole(join(folder, name), encoder.encode(content))
  return files.map(([name, what]) => ({ path: join(folder, name), what }))
}
