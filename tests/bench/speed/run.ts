/**
 * Times rows against their peers, in turn on the same machine, and writes BENCHMARKS.md.
 *
 *   npm run -s bench -- --model FOLDER [--python PROGRAM] [--rows TEXT] [--turns 5] [--out BENCHMARKS.md]
 *
 * `--model`: all-MiniLM-L6-v2 or another BERT in safetensors. `--python`: a Python with the packages of peers.txt; without it the rows
 * that need one say so. On our side as many sessions of one thread as there are cores run side by side; PyTorch runs in whichever of its two
 * ways is faster here: one process with all threads, or as many processes of one thread.
 */
import { existsSync, writeFileSync } from "node:fs"
import { availableParallelism, loadavg } from "node:os"
import { resolve } from "node:path"
import { parseArgs } from "node:util"
import bert from "../../../plugins/backbones/bert/index.ts"
import wordnet from "../../../plugins/data/wordnet/index.ts"
import { decoded } from "../../../src/plan/chosen.ts"
import { randomStream } from "../../../src/plugin/index.ts"
import { machine } from "../../../src/run/machine.ts"
import { accuracyWith } from "./accuracy.ts"
import { type Row, rows } from "./rows.ts"
import { ours, pytorch, type Side } from "./sides.ts"

const text = { type: "string" } as const
const { values: flags } = parseArgs({
  options: { model: text, python: text, rows: text, turns: { ...text, default: "5" }, out: text },
})
if (!flags.model || !existsSync(flags.model)) {
  console.log("skipped: no --model FOLDER with a BERT in safetensors, such as all-MiniLM-L6-v2")
  process.exit()
}
const model = resolve(flags.model)
const cores = availableParallelism()
const turns = Number(flags.turns)

const loaded = await bert.load(model, decoded(bert.options, { max_tokens: 128 }, "backbone") as never, {
  directory: process.cwd(),
})
const place = { directory: process.cwd() }
const options = decoded(wordnet.options, {}, "wordnet")
const names = await wordnet.tasks(undefined, options as never, place)
const glosses = (await wordnet.load(names, undefined, options as never, place)).flatMap(({ train }) =>
  train.map((one) => one.text),
)
const random = randomStream(1, "texts")
const short = bert.tokenize(random.shuffle([...glosses]).slice(0, 512), loaded).map((ids) => [...ids])
const long = Array.from({ length: 64 }, () => Array.from({ length: 128 }, () => 1000 + random.below(20000)))

const median = (xs: readonly number[]): number => [...xs].sort((a, b) => a - b)[xs.length >> 1]

/** Medians of interleaved turns. */
const timed = async (row: Row, sides: readonly Side[]): Promise<readonly number[]> => {
  const times: number[][] = sides.map(() => [])
  for (const side of sides) await side.run(row.times)
  for (let turn = 0; turn < turns; turn++)
    for (const [k, side] of sides.entries()) times[k].push(await side.run(row.times))
  return times.map(median)
}

/** What int8 costs in accuracy, beside the same training in float32; measured once. */
let cost: Promise<string> | undefined
const accuracyCost = async (): Promise<string> => {
  const [exact, rounded] = [await accuracyWith(model, "float32", 0), await accuracyWith(model, "int8", 0)]
  const { task, tested, accuracy } = exact
  return ` (accuracy of a LoRA on "${task}", ${tested} texts: ${rounded.accuracy.toFixed(1)} %, in float32 ${accuracy.toFixed(1)} %)`
}

const lines: string[] = []
for (const row of rows.filter(({ name }) => !flags.rows || name.includes(flags.rows))) {
  const job = { ...row.job, model, threads: 1, texts: row.job.texts === "short" ? short : long }
  const { peer } = row
  if (peer.kind === "pytorch" && !flags.python) {
    lines.push(`| ${row.name} | | ${peer.name} | not run: no Python given | | ${row.goal} |`)
    continue
  }
  const sides = [await ours(job, cores)]
  if (peer.kind === "ours") sides.push(await ours({ ...job, ...peer.job }, cores))
  else {
    const other = { ...job, grouped: peer.grouped }
    sides.push(await pytorch(flags.python as string, { ...other, threads: cores }, 1))
    if (cores > 1) sides.push(await pytorch(flags.python as string, other, cores))
  }
  const [own, ...others] = await timed(row, sides)
  await Promise.all(sides.map((side) => side.end()))
  const best = Math.min(...others)
  const how =
    others.length < 2
      ? ""
      : best === others[0]
        ? `, one process of ${cores} threads`
        : `, ${cores} processes of one thread`
  const ms = (seconds: number) => `${(1000 * seconds).toFixed(0)} ms`
  const accuracy = row.job.weights === "int8" ? await (cost ??= accuracyCost()) : ""
  const line = `| ${row.name}${accuracy} | ${ms(own)} | ${peer.name}${how} | ${ms(best)} | **${(own / best).toFixed(2)}** | ${row.goal} |`
  console.log(line)
  lines.push(line)
}

const { model: processor, features } = machine()
const page = `# Benchmarks

Written by \`npm run bench\`. Each row: median of ${turns} turns of both sides, one after the other in the same run, in milliseconds per step or per pass.
Ours: ${cores} sessions of one thread side by side, time per step of all together. Peers in the faster of their two ways (one process with all threads,
or one process a core). Model: all-MiniLM-L6-v2 in float32; short texts: glosses of WordNet; ${processor}, ${cores} cores (${features.join(" ")}), load before ${loadavg()[2].toFixed(1)}.

| row | ours | peer | peer's time | ratio | goal |
|---|---:|---|---:|---:|---:|
${lines.join("\n")}
`
if (flags.out) writeFileSync(flags.out, page)
