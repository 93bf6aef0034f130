/** What a loss may read of each example besides its label: a row of all classes, those of its task; and what an earlier model made of it. */
import type { Feeds } from "../../../../model/batch.ts"
import { onesAt, type Recorded } from "./recorded.ts"
import type { StageTexts } from "./texts.ts"

/** Feeds of a part, of those rows that are read; `width`: of what the head reads. */
export const classRows = (
  texts: StageTexts,
  recorded: Recorded | undefined,
  width: number,
): ((read: ReadonlySet<string>, part: Int32Array) => Feeds) => {
  const classes = 1 + Math.max(-1, ...texts.columns.flatMap((own) => [...own]))
  const own = texts.columns.map((columns) => onesAt(columns, classes))
  const rows: Readonly<Record<string, (item: number) => Float32Array | undefined>> = {
    own: (item) => own[texts.task[item]],
    seen: (item) => recorded?.of(item)?.seen,
    recorded: (item) => recorded?.of(item)?.logits,
    "recorded/features": (item) => recorded?.of(item)?.features,
  }
  return (read, part) =>
    Object.fromEntries(
      Object.entries(rows)
        .filter(([name]) => read.has(name))
        .map(([name, of]) => {
          const length = name === "recorded/features" ? width : classes
          const data = new Float32Array(part.length * length)
          part.forEach((item, i) => {
            const row = of(item)
            if (row) data.set(row, i * length)
          })
          return [name, { shape: [part.length, length], data }]
        }),
    )
}
