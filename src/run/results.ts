/** From finished steps to results: scores read from the store, costs from its records, comparisons over the cells of each experiment. */
import { arch, cpus, platform } from "node:os"
import {
  type Asked,
  type Cell,
  type Cost,
  compareRows,
  isScore,
  type Provenance,
  RESULTS_VERSION,
  type Results,
  type Row,
  type Setup,
  type Studied,
  type Summary,
  setupOf,
  withWeightedF1,
} from "../learning/index.ts"
import { packageVersion } from "../plan/code.ts"
import { needed } from "../plan/drawing/step_graph.ts"
import type { StepOptions } from "../plan/options/step_options.ts"
import type { Plan, PlannedCell } from "../plan/plan.ts"
import { randomStream } from "../plugin/index.ts"
import { machine } from "./machine.ts"
import { portabilitiesOf } from "./portability.ts"
import type { Store } from "./store/index.ts"
import { version } from "./version.ts"

type Scored = Omit<Cell, "comparisons">
type Compared = Pick<Cell, "comparisons" | "notices">

export interface Ran {
  readonly plan: Plan
  readonly store: Store
  /** Keys that were computed in this run. */
  readonly computed: ReadonlySet<string>
  readonly started: Date
  readonly seconds: number
  readonly spec: string
  readonly specFile: string
  readonly changes?: Provenance["changes"]
}

export const assembleResults = (ran: Ran): Results => {
  const { plan, store } = ran
  const secondsOf = (key: string): number => store.record(key)?.cpuSeconds ?? 0
  const cells = plan.cells.map((planned) =>
    measured(withCosts(store.read(planned.scores).json as unknown as Scored, planned, secondsOf), planned),
  )
  const comparisons = compared(plan.cells, cells)
  const portabilities = portabilitiesOf(plan.portabilities, store)
  return {
    schema: "l2r/results",
    version: RESULTS_VERSION,
    cells: cells.map((cell, i) => ({
      ...cell,
      ...(plan.cells[i].measures ? { measures: plan.cells[i].measures } : {}),
      ...comparisons[i],
    })),
    ...(plan.studies.length > 0
      ? { studies: plan.studies.map(({ key }) => store.read(key).json as unknown as Studied) }
      : {}),
    ...(portabilities.length > 0 ? { portabilities } : {}),
    provenance: provenanceOf(ran),
  }
}

/** With the figures that are worked out where they are asked for. */
const measured = (cell: Scored, { measures }: PlannedCell): Scored =>
  measures?.includes("weighted_f1") ? withWeightedF1(cell, (purpose) => randomStream(0, "statistics", purpose)) : cell

/** Processor seconds are no part of artifacts, which are the same bytes in every run: they come from the records. */
const withCosts = (cell: Scored, { rows: planned }: PlannedCell, secondsOf: (key: string) => number): Scored => {
  const rows = cell.rows.map(
    (row, i): Row => ({
      ...row,
      cost: { ...row.cost, fitSeconds: planned[i].charged.reduce((sum, key) => sum + secondsOf(key), 0) },
    }),
  )
  const summary = cell.summary.map((line): Summary => {
    const own = rows.filter(({ name, head }) => name === line.row && head === line.head)
    const cost: Cost = { ...line.cost, fitSeconds: own.reduce((sum, row) => sum + row.cost.fitSeconds, 0) / own.length }
    return { ...line, cost }
  })
  return { ...cell, rows, summary }
}

/** The comparisons of an experiment, with those of its variants, share one correction. `learnt.refit` names one head policy of a row. */
const compared = (planned: readonly PlannedCell[], cells: readonly Scored[]): readonly Compared[] => {
  const result: Compared[] = cells.map(() => ({ comparisons: [] }))
  for (const family of new Set(planned.map((one) => one.family))) {
    const places = planned.flatMap((one, i) => (one.family === family ? [i] : []))
    const outcomes = places.map((i) => withHeadNames(cells[i]))
    const asked = askedIn(places.map((i) => planned[i])).map(({ left, against, on }): Asked => {
      const setup = setupAsked(on, outcomes[0])
      return { left, against, on: isScore(on) || on === "weighted_f1" ? on : "accuracy", setup }
    })
    if (asked.length === 0) continue
    const { comparisons, notices } = compareRows(outcomes, asked, (purpose) => randomStream(0, "comparisons", purpose))
    places.forEach((place, k) => {
      result[place] = { comparisons: comparisons[k], ...(notices[k].length > 0 ? { notices: notices[k] } : {}) }
    })
  }
  return result
}

/** What a comparison is made on. */
const setupAsked = (on: string, cell: Scored): Setup => (on === "task_accuracy" ? "task_incremental" : setupOf(cell))

/** What the cells of an experiment ask for, each once: variants may have other rows. */
const askedIn = (cells: readonly PlannedCell[]): PlannedCell["asked"] => {
  const all = cells.flatMap(({ asked }) => asked)
  const said = ({ left, against, on }: (typeof all)[number]) => JSON.stringify([left, against, on])
  return all.filter((one, i) => all.findIndex((other) => said(other) === said(one)) === i)
}

const withHeadNames = (cell: Scored): Scored => ({
  ...cell,
  rows: [...cell.rows, ...cell.rows.map((row) => ({ ...row, name: `${row.name}.${row.head}` }))],
})

/** Streams on the backbones that something is measured on. */
const streamsOf = ({ cells, portabilities }: Plan) => [
  ...cells.map(({ stream }) => stream),
  ...portabilities.map(({ planned }) => planned),
]

const provenanceOf = ({ plan, store, computed, started, seconds, spec, specFile, changes = [] }: Ran): Provenance => {
  const { features, model, cores } = machine()
  return {
    l2r: version,
    runtime: runtimeName(),
    started: started.toISOString(),
    seconds,
    versions: {
      ...versionsOf(["@huggingface/tokenizers", "effect", "ml-matrix"]),
      [plan.profile.backend]: plan.profile.version,
    },
    machine: { os: platform(), arch: arch(), processor: model || (cpus()[0]?.model ?? "unknown"), cores, features },
    profile: { ...plan.profile },
    spec,
    specFile,
    ...(changes.length > 0 ? { changes } : {}),
    dataDigests: Object.assign(
      {},
      ...streamsOf(plan).map((stream) => ({
        ...digestsOf(stream.texts, store),
        [`backbone ${stream.backbone.location}`]: stream.backbone.fingerprint,
      })),
      ...plan.studies.map(({ texts }) => digestsOf(texts, store)),
      ...needed(plan).flatMap(({ kind, options }) => {
        if (kind === "port" && "source" in (options as object)) {
          const { source } = options as unknown as Extract<StepOptions["port"], { readonly how: "ported" }>
          return [{ [`backbone ${source.location}`]: source.fingerprint }]
        }
        if (kind !== "imported") return []
        const { folder } = options as unknown as StepOptions["imported"]
        return [{ [`module ${folder.location}`]: folder.fingerprint }]
      }),
    ),
    notices: [...new Set([...streamsOf(plan), ...plan.studies].flatMap(({ notices }) => notices))],
    steps: needed(plan).map(({ key, label }) => {
      const record = store.record(key)
      return { label, key, cached: !computed.has(key), seconds: record?.seconds ?? 0 }
    }),
  }
}

/** Of the texts of each task, by "data/task". */
const digestsOf = (texts: Readonly<Record<string, string>>, store: Store): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(texts).map(([name, key]) => [name, store.record(key)?.json.digest ?? ""]))

/** Versions of the packages that numbers depend on, as they are installed. */
const versionsOf = (names: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    names.map((name) => [
      name,
      packageVersion(name, import.meta.dirname)
        .split("@")
        .at(-1) as string,
    ]),
  )

const runtimeName = (): string => {
  const { bun, deno, node } = process.versions as Record<string, string | undefined>
  return bun ? `Bun ${bun}` : deno ? `Deno ${deno}` : `Node ${node}`
}
