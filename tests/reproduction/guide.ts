/**
 * Writes docs/which_router.md from what `record.ts` has kept.
 *
 *   node tests/reproduction/guide.ts
 */
import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { type Recorded, type RecordedRow, recordedRuns } from "./recorded.ts"

const file = new URL("../../docs/which_router.md", import.meta.url)

/** What somebody must have at hand, and the rows that need no more; `source` as results have it. */
const NEEDS: readonly { readonly title: string; readonly source: string; readonly when: string }[] = [
  {
    title: "The trained modules alone",
    source: "weights",
    when: "For modules that others trained, whose data are gone: PEFT folders from a hub. `averaged`, `trimmed` and `dropped` are one merged module.",
  },
  {
    title: "No data of its own",
    source: "none",
    when: "Controls that every table should have. `oracle` is told the task.",
  },
  {
    title: "A few remembered examples of each class",
    source: "memory",
    when: "The setting of L2R: modules are trained task by task, and some examples may be kept. Rows with refitted heads have their heads trained on them, whatever routes: `uniform` with refitted heads is the control for what the heads give alone.",
  },
  {
    title: "All training data of the tasks",
    source: "train",
    when: "The data are still there, and only the modules are to be composed. `multi_task` and `sequential` train one shared module instead, the bounds of that.",
  },
]

/** Rows of one data set on LoRA, the best first; each name once for each head. */
const rowsOf = ({ table }: Recorded, source: string): readonly RecordedRow[] => {
  const seen = new Set<string>()
  return table
    .filter((row) => row.adapter === "low_rank" && row.source === source)
    .filter(({ experiment }) => experiment === "routing" || experiment === "field")
    .filter(({ row, head }) => {
      const key = `${row} ${head}`
      const fresh = !seen.has(key)
      seen.add(key)
      return fresh
    })
    .toSorted((a, b) => b.classIncremental - a.classIncremental)
}

const tableOf = (runs: readonly Recorded[], source: string): readonly string[] => {
  const [first] = runs
  const rows = runs.flatMap((run) => rowsOf(run, source).map((row) => ({ run, row })))
  const names = [...new Set(rows.map(({ row }) => `${row.row} ${row.head}`))]
  return [
    `| row | heads | ${runs.map(({ data }) => data).join(" | ")} | router % on ${first.data} |`,
    `|---|---|${runs.map(() => "---:").join("|")}|---:|`,
    ...names.map((name) => {
      const own = runs.map(
        (run) => rows.find((one) => one.run === run && `${one.row.row} ${one.row.head}` === name)?.row,
      )
      const [row] = own.filter((one) => one !== undefined)
      const figures = own.map((one) =>
        one ? `${one.classIncremental.toFixed(1)} [${one.interval[0].toFixed(1)}, ${one.interval[1].toFixed(1)}]` : "",
      )
      const router = own[0]?.routerAccuracy
      return `| \`${row.row}\` | ${row.head} | ${figures.join(" | ")} | ${router === undefined ? "" : router.toFixed(1)} |`
    }),
  ]
}

export const whichRouter = (all: readonly Recorded[]): string => {
  const runs = all.filter(({ data }) => data !== "baselines")
  return `${[
    "# Which router should I use?",
    "",
    "First ask what you have: the modules alone, a few examples of each class, or all the data. What a router may know decides more than how it",
    "uses it. Then look at what it costs: a row that selects runs one module after a look at frozen features, a row that composes runs all of",
    "them in one pass (the column FLOPs of a table says at what cost), `max_confidence` runs each module for itself.",
    "",
    "The figures are class-incremental accuracies after the last task, LoRA of rank 8, three seeds, with 95 % intervals, on the same trained",
    "modules. Written by `node tests/reproduction/guide.ts` from what [REPRODUCTION.md](../REPRODUCTION.md) rests on; the rows are declared in",
    "`tests/reproduction/rows.l2r` and `glosses.l2r`. Intervals that overlap are no ranking: for two rows of your own write `compare`.",
    "",
    ...(runs.length === 0
      ? ["**Nothing has been run yet.**"]
      : NEEDS.flatMap(({ title, source, when }) => [`## ${title}`, "", when, "", ...tableOf(runs, source), ""])),
  ]
    .join("\n")
    .trimEnd()}\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(file, whichRouter(recordedRuns()))
