/** Ours and the reference row by row: means over seeds, their difference, and whether it lies within the bound. */
import { type AdapterName, type Column, type Pair, pairsFor, rowKey } from "./rows.ts"
import { mean, type Scores } from "./runs.ts"

/** Rows by seed. */
export type BySeed = ReadonlyMap<number, ReadonlyMap<string, Scores>>

export interface Line {
  readonly pair: Pair
  readonly column: Column
  readonly ours: number
  readonly reference: number
  readonly difference: number
  /** Range over seeds, the larger of the two sides. */
  readonly spread: number
  readonly verdict: "within" | "outside" | "not comparable"
  /** Share of test texts that went to their own task's module, where the row selects. */
  readonly task?: readonly [ours: number, reference: number]
}

/** Rows that both sides have; `unpaired` tells the others. */
export const compare = (adapter: AdapterName, ours: BySeed, reference: BySeed): readonly Line[] =>
  pairsFor(adapter)
    .filter((pair) => everywhere(ours, rowKey(pair.ours)) && everywhere(reference, pair.reference))
    .flatMap((pair) =>
      pair.columns.map((column): Line => {
        const left = valuesOf(ours, rowKey(pair.ours), column)
        const right = valuesOf(reference, pair.reference, column)
        const difference = mean(left) - mean(right)
        return {
          pair,
          column,
          ours: mean(left),
          reference: mean(right),
          difference,
          spread: Math.max(range(left), range(right)),
          verdict: pair.differs ? "not comparable" : Math.abs(difference) <= pair.within ? "within" : "outside",
          ...(chosen(reference, pair.reference)
            ? {
                task: [
                  mean(valuesOf(ours, rowKey(pair.ours), "task")),
                  mean(valuesOf(reference, pair.reference, "task")),
                ] as const,
              }
            : {}),
        }
      }),
    )

const everywhere = (bySeed: BySeed, row: string): boolean => [...bySeed.values()].every((rows) => rows.has(row))

const valuesOf = (bySeed: BySeed, row: string, column: keyof Scores): readonly number[] =>
  [...bySeed.entries()].map(([seed, rows]) => {
    const value = rows.get(row)?.[column]
    if (value === undefined || !Number.isFinite(value))
      throw new Error(`seed ${seed}: the row "${row}" has no ${column}`)
    return value
  })

const chosen = (bySeed: BySeed, row: string): boolean =>
  [...bySeed.values()].every((rows) => rows.get(row)?.task !== undefined)
const range = (values: readonly number[]): number => Math.max(...values) - Math.min(...values)

const COLUMN: Readonly<Record<Column, string>> = { classIncremental: "CIL", taskIncremental: "TIL" }

export const markdown = (title: string, lines: readonly Line[]): string => {
  const head = `### ${title}\n\n| reference | ours | | ours | reference | difference | range over seeds | bound | |\n|---|---|---|---:|---:|---:|---:|---:|---|\n`
  const rows = lines.map(({ pair, column, ours, reference, difference, spread, verdict, task }) => {
    const chose = task ? `; own module ${task.map((share) => share.toFixed(1)).join(" and ")}` : ""
    const cells = [
      pair.reference,
      `${pair.ours.row} (${pair.ours.head})`,
      COLUMN[column],
      ours.toFixed(1),
      reference.toFixed(1),
      signed(difference),
      spread.toFixed(1),
      pair.within.toFixed(1),
      `${verdict}${chose}`,
    ]
    return `| ${cells.join(" | ")} |`
  })
  return `${head}${rows.join("\n")}\n`
}

const signed = (value: number): string => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(1)}`
