/**
 * The whole of l2r on one page.
 *
 *   text --parse, check--> Spec --plan--> Plan (graph of steps) --run--> artifacts in the store --assemble--> Results --report--> files
 *
 *   1. read and check   src/source.ts + dsl/      a file becomes a checked spec, or diagnostics
 *   2. plan             src/planned.ts, plan/     the spec and its plugins become steps with content keys
 *   3. run              src/run/execute.ts        what the store does not have is computed, in worker threads
 *   4. assemble         src/run/results.ts        scores, costs and comparisons become one plain value
 *   5. report           src/report/               results.json, report.html, matrix.csv, tables for the terminal
 */
import { accessSync, constants } from "node:fs"
import { join, resolve } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Results } from "./learning/results.ts"
import { needed } from "./plan/drawing/step_graph.ts"
import type { Plan } from "./plan/plan.ts"
import { matrixCsv, type ReportFile, reportHtml, resultsJson } from "./report/index.ts"
import type { RunEvent } from "./run/events.ts"
import { ArtifactStore, type Executed, execute } from "./run/execute.ts"
import type { RunFailed } from "./run/failures.ts"
import { assembleResults } from "./run/results.ts"
import { openStore, type StoreError } from "./run/store/index.ts"
import { makeFolder, writeWhole } from "./run/store/write.ts"
import { ownPerformers, workers } from "./run/workers.ts"
import type { Source } from "./source.ts"

export { modelPlan, plan } from "./planned.ts"
export { checkSource, readSource, type Source } from "./source.ts"

export interface RunSettings {
  /** Folder of the store. */
  readonly store: string
  readonly workers?: number
  /** Milliseconds between two snapshots of a training that is under way. */
  readonly snapshotEvery?: number
  readonly onEvent?: (event: RunEvent) => void
}

/** Phase 3: the steps that a plan wants. Fails with RunFailed or StoreError; interrupted, it keeps what is finished. */
export const compute = (
  planned: Pick<Plan, "steps" | "wanted" | "backend" | "profile">,
  { store, workers: size, snapshotEvery, onEvent }: RunSettings,
): Effect.Effect<Executed, RunFailed | StoreError> => {
  const { backend, profile, wanted } = planned
  const chosen = { name: backend.plugin, ...(backend.from ? { from: backend.from } : {}), options: backend.options }
  const layer = Layer.merge(
    ArtifactStore.layer(store),
    workers(
      {
        store,
        performers: ownPerformers,
        backend: chosen,
        profile,
        ...(snapshotEvery === undefined ? {} : { snapshotEvery }),
      },
      size,
    ),
  )
  return execute({ steps: needed(planned), wanted, onEvent }).pipe(Effect.provide(layer))
}

/** Phases 3 and 4. */
export const run = (planned: Plan, source: Source, settings: RunSettings): Effect.Effect<Results, unknown> => {
  const started = new Date()
  return compute(planned, settings).pipe(
    Effect.map(({ computed }) =>
      assembleResults({
        plan: planned,
        store: openStore(settings.store),
        computed: new Set(computed),
        started,
        seconds: (Date.now() - started.getTime()) / 1000,
        spec: JSON.stringify(planned.effective, null, 2),
        specFile: source.file,
        changes: source.changes,
      }),
    ),
  )
}

/** The files of a report with what is in them. */
const reportFiles = {
  "results.json": ["every prediction, gate and figure", (results) => [...resultsJson(results)].join("")],
  "report.html": ["plots, tables, provenance", reportHtml],
  "matrix.csv": ["accuracy matrices, one line per cell", matrixCsv],
} as const satisfies Record<string, readonly [string, (results: Results) => string | Promise<string>]>

export type ReportName = keyof typeof reportFiles

/** Phase 5. Writes each file whole; rejects with ReportError. */
export const writeReport = async (
  results: Results,
  folder: string,
  names: readonly ReportName[] = (Object.keys(reportFiles) as ReportName[]).filter(
    (name) => name !== "matrix.csv" || results.cells.length > 0,
  ),
): Promise<readonly ReportFile[]> => {
  reportFolder(folder)
  const encoder = new TextEncoder()
  const written: ReportFile[] = []
  for (const name of names) {
    const [what, content] = reportFiles[name]
    const path = join(folder, name)
    const text = await content(results)
    writing(path, () => writeWhole(path, encoder.encode(text)))
    written.push({ path, what })
  }
  return written
}

/** Makes the folder of a report, so that a run finds out at its start whether it can be written. Throws ReportError. */
export const reportFolder = (folder: string): void =>
  writing(folder, () => {
    makeFolder(resolve(folder))
    accessSync(folder, constants.W_OK)
  })

/** The report can't be written: where, why, what to do. Finished steps are in the store. */
export class ReportError extends Error {
  override readonly name = "ReportError"
  readonly help =
    "give a folder that can be written, on a disk with some space, with --out DIR; finished steps are kept and are not repeated"
}

const writing = (path: string, write: () => void): void => {
  try {
    write()
  } catch (error) {
    throw new ReportError(`cannot write the report to ${path}: ${(error as Error).message}`)
  }
}
