/**
 * Writes REPRODUCTION.md from what `record.ts` has kept. Needs no data and no model.
 *
 *   node tests/reproduction/page.ts
 */
import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { type Claim, DATA, type Data } from "./claim.ts"
import { CLAIMS } from "./claims.ts"
import { expertSection } from "./expert_section.ts"
import type { ClaimOutcome } from "./outcome.ts"
import { EVIDENCE, machineLine, signed } from "./page_text.ts"
import { portedSection } from "./ported_section.ts"
import { type Recorded, type RecordedRow, recordedExperts, recordedPorted, recordedRuns } from "./recorded.ts"

const file = new URL("../../REPRODUCTION.md", import.meta.url)

const ABOUT: Readonly<Record<Data, string>> = {
  glosses:
    "glosses: 5 topics of 5 classes of WordNet's glosses, on gloss-mini, the encoder that ships; 300 training and up to 100 test texts a class",
  banking77: "banking77: 7 tasks of 11 near-domain intents; 50 training and 20 test texts a class",
  hwu64: "HWU64: 16 domains of 1 to 12 intents; at most 50 training and 20 test texts a class",
  mtl5: "MTL5: 5 tasks of 4 to 14 classes, 38 in all; at most 40 training and 25 test texts a class, 48 tokens",
  baselines:
    "baselines: the glosses' stream on gloss-mini; 60 training and 30 test texts a class; a memory of 5 texts a class for all that have one",
}

const ADAPTERS: Readonly<Record<string, string>> = {
  low_rank: "LoRA, rank 8",
  narrow: "bottleneck, reduction 16",
  deep: "prefixes of 5",
}

const line = (claim: Claim, o: ClaimOutcome): string =>
  `| ${claim.id} | ${claim.says} | ${claim.claimedOn} [${claim.evidence}] | ${o.data} | ${ADAPTERS[o.adapter]} | ${claim.left.head} / ${claim.right.head} | ${o.seeds} | ${o.left.toFixed(1)} | ${o.right.toFixed(1)} | ${signed(o.difference)} [${signed(o.interval[0])}, ${signed(o.interval[1])}] | ${o.margin} | ${o.minimumDetectable.toFixed(1)} | **${o.verdict}** |`

const claimsTable = (runs: readonly Recorded[], paper: string): readonly string[] => [
  "| claim | what | claimed on | here on | modules | heads | seeds | left % | right % | left - right, 95 % interval | margin | smallest effect found | verdict |",
  "|---|---|---|---|---|---|---:|---:|---:|---|---:|---:|---|",
  ...CLAIMS.filter((claim) => claim.paper === paper).flatMap((claim) =>
    runs.flatMap(({ outcomes }) =>
      outcomes.filter((outcome) => outcome.claim === claim.id).map((outcome) => line(claim, outcome)),
    ),
  ),
]

/** Those of which something was asked. */
const papersOf = (runs: readonly Recorded[]): readonly string[] => {
  const asked = new Set(runs.flatMap(({ outcomes }) => outcomes.map(({ claim }) => claim)))
  return [...new Set(CLAIMS.flatMap(({ id, paper }) => (asked.has(id) ? [paper] : [])))]
}

const rowsTable = (rows: readonly RecordedRow[]): readonly string[] => [
  "| experiment | modules | row | heads | knows of the data | class-incremental % | task-incremental % | router % |",
  "|---|---|---|---|---|---:|---:|---:|",
  ...rows.map(
    (row) =>
      `| ${row.experiment} | ${ADAPTERS[row.adapter] ?? row.adapter} | \`${row.row}\` | ${row.head} | ${row.source} | ${row.classIncremental.toFixed(1)} [${row.interval[0].toFixed(1)}, ${row.interval[1].toFixed(1)}] | ${row.taskIncremental.toFixed(1)} | ${row.routerAccuracy === undefined ? "" : row.routerAccuracy.toFixed(1)} |`,
  ),
]

const matrixTable = ({ matrix }: Recorded): readonly string[] => [
  "| row | heads | anytime % | forgetting | backward transfer |",
  "|---|---|---:|---:|---:|",
  ...matrix.map(({ row, head, anytime, forgetting, backwardTransfer }) => {
    const figure = (value: number | undefined) => (value === undefined ? "" : value.toFixed(1))
    return `| \`${row}\` | ${head} | ${figure(anytime)} | ${figure(forgetting)} | ${figure(backwardTransfer)} |`
  }),
]

/** The page of what is recorded. */
export const reproductionPage = (): string => {
  const [runs, ported, experts] = [recordedRuns(), recordedPorted(), recordedExperts()]
  const lacking = [
    ...DATA.filter((data) => runs.every((run) => run.data !== data)).map((data) => ABOUT[data]),
    ...(ported ? [] : ["examples/13_portability"]),
    ...(experts ? [] : ["examples/12_moduleformer"]),
  ]
  return `${[
    "# Reproduction",
    "",
    "What the papers claim, asked of our rows on the same trained modules. Written by `node tests/reproduction/page.ts` from what",
    "`node tests/reproduction/record.ts` keeps; claims and rule stand in `tests/reproduction/claims.ts` and `verdict.ts`, and were written before the runs.",
    "The backbone is all-MiniLM-L6-v2 (on the glosses and for the baselines the one that ships), which is small and English; the papers' are larger. A claim that does not hold here is a result of",
    "this setting, beside its controls; it is not a refutation of a table that we cannot rerun.",
    "",
    "**Rule.** With [low, high] the 95 % interval of left minus right (hierarchical paired bootstrap over seeds and test texts, macro over tasks,",
    "class-incremental accuracy at the end of the stream, or task-incremental where a claim says that tasks are told): *holds strictly* if low > 0, *holds* if low > -margin, *does not hold* if",
    "high < -margin, else *undecided*. The margin of C2 on near domains is 5 points: *holds* says there that left is not worse by as much, and not that",
    "it is better by much, which the difference says. Intervals are not corrected for the number of claims. The smallest effect is what would have been found four times in five.",
    "",
    `**Evidence** of what was claimed: ${Object.entries(EVIDENCE)
      .map(([tag, meaning]) => `[${tag}] ${meaning}`)
      .join("; ")}.`,
    "",
    ...(lacking.length > 0 ? [`**Not run yet:** ${lacking.join("; ")}. The same command runs them.`, ""] : []),
    ...papersOf(runs).flatMap((paper) => [`## ${paper}`, "", ...claimsTable(runs, paper), ""]),
    ...(ported ? portedSection(ported) : []),
    ...(experts ? expertSection(experts) : []),
    ...runs.flatMap((run) => [
      `## All rows on ${run.data}`,
      "",
      `${ABOUT[run.data]}. ${machineLine(run)}.`,
      "",
      ...rowsTable(run.table),
      "",
      "One seed, every stage, LoRA:",
      "",
      ...matrixTable(run),
      "",
    ]),
  ]
    .join("\n")
    .trimEnd()}\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(file, reproductionPage())
