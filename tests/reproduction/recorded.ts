/** What is kept of the results of a data set: figures of its rows, and the outcome of each claim. */
import { existsSync, readFileSync } from "node:fs"
import type { PortabilityCell } from "../../src/learning/portability_results.ts"
import type { Cell, Provenance, Results } from "../../src/learning/results.ts"
import type { Studied } from "../../src/learning/study_results.ts"
import { DATA, type Data } from "./claim.ts"
import type { ClaimOutcome } from "./outcome.ts"

export interface RecordedRow {
  readonly experiment: string
  readonly adapter: string
  readonly row: string
  readonly head: string
  readonly source: string
  readonly seeds: number
  /** Per cent. */
  readonly classIncremental: number
  readonly interval: readonly [number, number]
  readonly taskIncremental: number
  readonly routerAccuracy?: number
}

/** Of one seed, at every stage. */
export interface RecordedMatrix {
  readonly row: string
  readonly head: string
  readonly anytime?: number
  readonly forgetting?: number
  readonly backwardTransfer?: number
  /** [stage][task], class-incremental. */
  readonly matrix: readonly (readonly (number | null)[])[]
}

export interface RecordedRun {
  readonly provenance: Pick<Provenance, "l2r" | "runtime" | "machine" | "versions">
}

export interface Recorded extends RecordedRun {
  readonly data: Data
  readonly table: readonly RecordedRow[]
  readonly matrix: readonly RecordedMatrix[]
  readonly outcomes: readonly ClaimOutcome[]
}

/** Of examples/13_portability. */
export interface RecordedPorted extends RecordedRun {
  readonly cells: readonly Omit<PortabilityCell, "right">[]
}

/** Of examples/12_moduleformer. */
export interface RecordedExperts extends RecordedRun {
  readonly studies: readonly Studied[]
}

const read = <T>(name: string): T | undefined => {
  const path = new URL(`recorded/${name}.json`, import.meta.url)
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as T) : undefined
}

export const recordedRuns = (): readonly Recorded[] => DATA.flatMap((data) => read<Recorded>(data) ?? [])
export const recordedPorted = (): RecordedPorted | undefined => read("portability")
export const recordedExperts = (): RecordedExperts | undefined => read("experts")

export const provenanceOf = ({
  provenance: { l2r, runtime, machine, versions },
}: Pick<Results, "provenance">): RecordedRun["provenance"] => ({ l2r, runtime, machine, versions })

export const tableOf = ({ cells }: Results): readonly RecordedRow[] => cells.flatMap(rowsOf)

const rowsOf = ({ experiment, adapter, summary }: Cell): readonly RecordedRow[] =>
  summary.flatMap(({ row: name, head, source, seeds, classIncremental, taskIncremental, routerAccuracy }) => {
    if (!classIncremental?.interval || !taskIncremental) return []
    return [
      {
        experiment,
        adapter,
        row: name,
        head,
        source,
        seeds,
        classIncremental: classIncremental.value,
        interval: classIncremental.interval,
        taskIncremental: taskIncremental.value,
        ...(routerAccuracy ? { routerAccuracy: routerAccuracy.value } : {}),
      },
    ]
  })

export const matrixOf = ({ cells }: Results): readonly RecordedMatrix[] =>
  cells.flatMap(({ rows, summary }) =>
    summary.flatMap(({ row: name, head, anytime, forgetting, backwardTransfer }) => {
      const row = rows.find((one) => one.name === name && one.head === head)
      if (!row || row.notDefined !== undefined) return []
      return [
        {
          row: name,
          head,
          ...(anytime ? { anytime: anytime.value } : {}),
          ...(forgetting ? { forgetting: forgetting.value } : {}),
          ...(backwardTransfer ? { backwardTransfer: backwardTransfer.value } : {}),
          matrix: row.matrix.classIncremental,
        },
      ]
    }),
  )
