/**
 * Times rows against their peers, in turn on the same machine, and writes BENCHMARKS.md.
 *
 *   npm run -s bench -- --model FOLDER [--decoder FOLDER] [--python PROGRAM] [--reference FOLDER]
 *                       [--rows TEXT] [--turns 5] [--out BENCHMARKS.md]
 *
 * `--model`: all-MiniLM-L6-v2 or another BERT in safetensors, with its export model.onnx beside it; `--decoder`: stories260k.
 * `--python`: a Python as `tests/bench/python.sh` makes it; `--reference`: the folder of ref.py. Rows that miss what they need say so.
 * `--rows`: those alone whose name holds the text; memory, routers, replay and experiment are whole processes and run only when they
 * are named, or with `--rows all`. Rows join those of the file when machine and versions are the same.
 * On our side as many sessions of one thread as there are cores run side by side. PyTorch runs in each of its ways: one
 * process with all threads or as many of one thread; with torch.compile; with bfloat16 autocast where the processor
 * multiplies it. The fastest that is as exact as ours is the peer.
 */
import { execFileSync, spawnSync } from "node:child_process"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { availableParallelism, loadavg } from "node:os"
import { basename, join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import bert from "../../../plugins/backbones/bert/index.ts"
import wordnet from "../../../plugins/data/wordnet/index.ts"
import { startedWithHugePages } from "../../../src/cli/huge_pages.mjs"
import { decoded } from "../../../src/plan/chosen.ts"
import { randomStream } from "../../../src/plugin/index.ts"
import { machine } from "../../../src/run/machine.ts"
import { flagsOf } from "../flags.ts"
import { median } from "../median.ts"
import { npmPeers } from "../npm_peers.ts"
import { accuracyWith } from "./accuracy.ts"
import type { Exported } from "./jax.ts"
import type { Job } from "./job.ts"
import { merged } from "./page.ts"
import { profiled } from "./profile.ts"
import { type Row, rows } from "./rows.ts"
import { hasHugePages, ours, type PythonJob, pytorch, type Side, talk, type Way } from "./sides.ts"
import { lineOf, misses, type Told } from "./told.ts"
import { wholes } from "./whole.ts"

startedWithHugePages()

const text = { type: "string" } as const
const flags = flagsOf(
  {
    model: text,
    decoder: text,
    python: text,
    reference: text,
    rows: text,
    turns: { ...text, default: "5" },
    out: text,
  },
  import.meta.url,
)
if (!flags.model || !existsSync(flags.model)) {
  console.log("skipped: no --model FOLDER with a BERT in safetensors, such as all-MiniLM-L6-v2")
  process.exit()
}
const refuse = (what: string): never => {
  console.error(what)
  process.exit(2)
}
const model = resolve(flags.model)
const cores = availableParallelism()
const turns = Number(flags.turns)
if (!Number.isInteger(turns) || turns < 1) refuse(`--turns ${flags.turns}: give a whole number from 1`)
if (flags.python && spawnSync(flags.python, ["--version"]).status !== 0)
  refuse(`--python ${flags.python} does not start: give a Python as tests/bench/python.sh makes it`)
const chosen = rows.filter(({ name }) => !flags.rows || flags.rows === "all" || name.includes(flags.rows))
const whole = Object.entries(wholes).filter(([name]) => ["all", name].includes(flags.rows ?? ""))
if (chosen.length + whole.length === 0)
  refuse(
    `--rows ${flags.rows}: no row's name holds it\n${[...rows.map(({ name }) => name), ...Object.keys(wholes)].map((name) => `  ${name}`).join("\n")}`,
  )

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

const stories = Array.from({ length: 64 }, () => Array.from({ length: 128 }, () => 3 + random.below(509)))
const texts = { short, long, stories, prompts: stories.map((ids) => ids.slice(0, 16)) }
const { model: processor, features } = machine()

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

/** What PyTorch can do here besides eager float32. Compiled graphs run as eager ones do best: a process a core. */
const ways: readonly Way[] = [
  { compile: true },
  ...(hasHugePages ? [{ compile: true, hugePages: true }] : []),
  ...(features.some((flag) => /amx_bf16|avx512_bf16|^bf16/.test(flag)) ? [{ autocast: true }] : []),
]

/** Every way of PyTorch that works on the job. */
const pythonSides = async (python: string, job: PythonJob): Promise<readonly Side[]> => {
  const sides = [await pytorch(python, { ...job, threads: cores }, 1)]
  if (cores > 1) sides.push(await pytorch(python, job, cores))
  for (const way of job.what === "generation" ? [] : ways)
    try {
      sides.push(await pytorch(python, { ...job, ...way }, cores))
    } catch (error) {
      console.error(`not run: ${Object.keys(way)} for ${job.what} with ${job.adapter}: ${(error as Error).message}`)
    }
  return sides
}

/** The packages of jax-js, and the model for texts of one length. */
const exportedFor = ({ batch, texts }: Job): Exported | undefined => {
  const packages = npmPeers({ "@jax-js/onnx": "0.1.2", "@jax-js/jax": "0.1.25" })
  if (!packages) return undefined
  const graph = join(packages, `${basename(model)}-${batch}-${texts[0].length}.onnx`)
  const script = fileURLToPath(new URL("./fixed_shape.py", import.meta.url))
  const shape = [batch, texts[0].length].map(String)
  if (!existsSync(graph)) execFileSync(flags.python as string, [script, model, ...shape, graph], { stdio: "ignore" })
  return { packages, graph }
}

/** Operations a second of products of large matrices, all seats together. */
const rateOf = async (side: Side, flops: number): Promise<number> => {
  const times: number[] = []
  for (let turn = 0; turn <= turns; turn++) times.push(await side.run(5))
  await side.end()
  return flops / Math.min(...times)
}
const product: Job = { ...rows[0].job, model, texts: [], threads: 1, what: "peak" }
let known: Promise<{ readonly flops: number; readonly rate: number }> | undefined
const peak = (): NonNullable<typeof known> => {
  known ??= ours(product, cores).then(async (side) => ({ flops: side.flops, rate: await rateOf(side, side.flops) }))
  return known
}

/** Both libraries' rates, for the head of a section. */
const ratesTold = async (): Promise<string> => {
  const giga = (rate: number) => (rate / 1e9).toFixed(0)
  const { flops, rate } = await peak()
  const theirs = flags.python && (await rateOf(await pytorch(flags.python, product, cores), flops))
  return `Products of large matrices, one thread a core: onnxruntime ${giga(rate)} GFLOP/s${theirs ? `, PyTorch ${giga(theirs)}` : ""}.`
}

const ms = (seconds: number) => `${(1000 * seconds).toFixed(seconds < 0.1 ? 1 : 0)} ms`

const percent = (share: number) => `${(100 * share).toFixed(0)} %`

/** Operators of our side with the shares of its time, and what the ratio would be if products of matrices were all. */
const profileOf = async (job: Job, times: number, ratio: number): Promise<string> => {
  const { products, operators } = await profiled(job, times)
  const shown = operators.filter(([, share]) => share >= 0.01).map(([name, share]) => `${name} ${percent(share)}`)
  return `${shown.join(", ")}. Products of matrices alone: ${(ratio * products).toFixed(2)}`
}

const measured = async (row: Row): Promise<Told> => {
  const { name, peer, goal } = row
  const told = { name, peer: peer.name, goal }
  if (peer.kind !== "ours" && !flags.python) return { ...told, ours: "", theirs: "not run: no --python" }
  const on = row.on === "decoder" ? flags.decoder : model
  if (!on) return { ...told, ours: "", theirs: "not run: no --decoder" }
  const job = { ...row.job, model: resolve(on), threads: 1, texts: texts[row.job.texts] }
  const exported = peer.kind === "jax" ? exportedFor(job) : undefined
  if (peer.kind === "jax" && !exported) return { ...told, ours: "", theirs: "not run: npm can't bring the package" }
  const sides = [await ours(job, cores)]
  sides.push(
    ...(peer.kind === "ours"
      ? [await ours({ ...job, ...peer.job }, cores)]
      : peer.kind === "jax"
        ? [await ours({ ...job, what: "jax", exported }, cores)]
        : await pythonSides(flags.python as string, { ...job, grouped: peer.grouped })),
  )
  const [own, ...times] = await timed(row, sides)
  await Promise.all(sides.map((side) => side.end()))
  const ranked = times.map((time, k) => ({ time, ...sides[k + 1] })).sort((a, b) => a.time - b.time)
  const best = ranked.find(
    ({ rounded, told }) => !told && (!rounded || job.weights === "int8"),
  ) as (typeof ranked)[number]
  const others = ranked.filter((one) => one !== best)
  const rate = (time: number) => (row.tokens ? `, ${(row.tokens / time).toFixed(0)} tokens/s` : "")
  const { flops } = sides[0]
  const accuracy = row.job.weights === "int8" ? await (cost ??= accuracyCost()) : ""
  const result: Told = {
    ...told,
    name: `${name}${accuracy}`,
    ours: `${ms(own)}${rate(own)}`,
    peer: [peer.name, best.how].filter(Boolean).join(", "),
    theirs: `${ms(best.time)}${rate(best.time)}`,
    value: own / best.time,
    others: others.map(({ how, time }) => `${how} ${ms(time)}`).join("; "),
    share: flops > 0 ? percent(flops / own / (await peak()).rate) : "",
  }
  return misses(result) ? { ...result, profile: await profileOf(job, row.times, own / best.time) } : result
}

const versions = async (): Promise<string> => {
  if (!flags.python) return `Node ${process.versions.node}`
  const peer = talk(flags.python)
  const { versions } = await peer.ask({ versions: true })
  peer.process.kill()
  return `Node ${process.versions.node}, ${versions}`
}

const INTRO = `Written by \`npm run bench\`: each row the medians of turns of both sides, one after the other in the same run.
Ours: as many sessions of one thread as there are cores, side by side; time per step or pass of all together. Peers in the fastest of their
ways that multiplies as exactly: bfloat16 autocast is the peer of int8 rows, and one of the other ways of the rest. Bold: the goal is met.
Ours asks for huge pages, as \`l2r run\` does by itself where Linux leaves them to programs; so does one of the peers' other ways.
Share of peak: operations of the matrix products against the rate of products of large matrices in as many sessions.
Model: all-MiniLM-L6-v2 in float32, unless a row says otherwise; short texts: glosses of WordNet.
One row anew: \`npm run -s bench -- --model FOLDER --python PROGRAM --rows "Prefix" --out BENCHMARKS.md\`; it joins the others of the same
machine and versions. Where a section's head has PyTorch multiply far slower than onnxruntime, MKL, by which it does, is not at its best on
that processor, and its ratios are not those of another maker's.`

const commit = (): string => {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8", stdio: "pipe" }).trim()
  } catch {
    return "unknown"
  }
}

/** What a section begins with. */
const measuredOn = async () => {
  const date = new Date().toISOString().slice(0, 10)
  const run = `Last rows: ${date}, commit ${commit()}, ${turns} turns, load before ${loadavg()[2].toFixed(1)}.`
  return {
    title: `${processor}, ${cores} cores`,
    machine: `Machine: ${processor}, ${cores} cores (${features.join(" ")}); onnxruntime 1.30.0, ${await versions()}.`,
    run: `${run} ${await ratesTold()}`,
  }
}

const on = flags.out ? await measuredOn() : undefined
const old = flags.out && existsSync(flags.out) ? readFileSync(flags.out, "utf8") : ""
const order = rows.map(({ name }) => name)
const results: Told[] = []
/** The page is written anew with each row, so that an end before the last one loses none. */
const note = (row: Told) => {
  console.log(lineOf(row))
  results.push(row)
  if (flags.out && on) writeFileSync(flags.out, merged(old, INTRO, on, results, order))
}
for (const row of chosen) note(await measured(row))
for (const [, run] of whole)
  for (const row of await run({ model, python: flags.python, reference: flags.reference, turns })) note(row)
