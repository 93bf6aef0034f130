/** What a loss may read of each example besides its label, a row of all classes: those of its task, and what an earlier model made of it. */
import type { Feeds } from "../../../../model/batch.ts"
import type { Recorded } from "./recorded.ts"
import type { StageTexts } from "./texts.ts"

/** Feeds of a part, of those rows that are read. */
export const classRows = (
  texts: StageTexts,
  recorded: Recorded | undefined,
): ((read: ReadonlySet<string>, part: Int32Array) => Feeds) => {
  const classes = 1 + Math.max(-1, ...texts.columns.flatMap((own) => [...own]))
  const ones = (columns: Iterable<number>): Float32Array => {
    const row = new Float32Array(classes)
    for (const c of columns) row[c] = 1
    return row
  }
  const own = texts.columns.map(ones)
  const seen = texts.columns.map((_, t) => ones(texts.columns.slice(0, t).flatMap((columns) => [...columns])))
  /** The earlier model of a text that is remembered has seen its task. */
  const seenBefore = (item: number) => seen[texts.task[item] + (item < texts.newest ? 0 : 1)]
  const rows: Readonly<Record<string, (item: number) => Float32Array>> = {
    own: (item) => own[texts.task[item]],
    seen: (item) => (recorded?.has(item) ? seenBefore(item) : new Float32Array(classes)),
    recorded: (item) => recorded?.of(item) ?? new Float32Array(classes),
  }
  return (read, part) =>
    Object.fromEntries(
      Object.entries(rows)
        .filter(([name]) => read.has(name))
        .map(([name, of]) => {
          const data = new Float32Array(part.length * classes)
          part.forEach((item, i) => data.set(of(item), i * classes))
          return [name, { shape: [part.length, classes], data }]
        }),
    )
}
