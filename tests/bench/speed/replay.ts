/**
 * What a step of replay costs beside a plain step on as many examples: processor time, on the encoder that ships, one thread.
 *
 *   node tests/bench/speed/replay.ts [--turns 5] [--epochs 1] [--json]
 *
 * A plain step of 32 new examples, one of as many as the strategy computes, and the strategy's step of 32 new and its remembered ones,
 * one after the other in every turn, on the same texts: what is remembered are texts of the new task. Every turn has the same
 * steps; of each the fastest turn counts, since other load only adds, and then their mean. The goal: at most 1.1 times the plain step
 * on as many examples.
 */
import bert from "../../../plugins/backbones/bert/index.ts"
import onnxruntime from "../../../plugins/backends/onnxruntime/index.ts"
import wordnet from "../../../plugins/data/wordnet/index.ts"
import { decoded } from "../../../src/plan/chosen.ts"
import type { Artifact, StoredArray } from "../../../src/plan/step.ts"
import { randomStream, Schema, type Strategy, type TokenIds } from "../../../src/plugin/index.ts"
import { loadPlugin } from "../../../src/plugin/load.ts"
import { storedTexts } from "../../../src/run/steps/given.ts"
import { performers } from "../../../src/run/steps/index.ts"
import { TRAIN } from "../../../src/testing/strategy_stream.ts"
import { backbone, workOf } from "../../../src/testing/work.ts"
import { flagsOf } from "../flags.ts"
import { teller } from "./told.ts"

const text = { type: "string" } as const
const flags = flagsOf(
  {
    turns: { ...text, default: "5" },
    epochs: { ...text, default: "1" },
    json: { type: "boolean", default: false },
  },
  import.meta.url,
)
const [BATCH, EXAMPLES, KEPT] = [32, 384, 128]
const GOAL = 1.1
const place = { directory: process.cwd() }
const checkpoint = await bert.load("gloss-mini", decoded(bert.options, { max_tokens: 48 }, "backbone") as never, place)
const engine = await onnxruntime.open({ threads: 1, provider: "cpu", weights: "float32" })
const network = { backbone: bert, checkpoint }

const whole = (values: ArrayLike<number>): StoredArray => ({ shape: [values.length], data: Int32Array.from(values) })
const asTask = (texts: readonly TokenIds[], labels: readonly number[]): Artifact => ({
  json: { labels: [...new Set(labels)].map(String) },
  arrays: { ...storedTexts("train", texts), "train/labels": whole(labels) },
})
const [{ train, labels }] = await wordnet.load(
  ["deeds"],
  undefined,
  decoded(wordnet.options, {}, "wordnet") as never,
  place,
)
const some = randomStream(1, "replay")
  .shuffle([...train])
  .slice(0, EXAMPLES)
const task = asTask(
  bert.tokenize(
    some.map((one) => one.text),
    checkpoint,
  ),
  some.map(({ label }) => labels.indexOf(label)),
)
const tokens = [task, task]
const memories: readonly Artifact[] = [{ json: {}, arrays: { indices: whole([...Array(KEPT).keys()]) } }]

/** Processor seconds of each step of the second task. */
const timed = async (plugin: string, batch: number, previous: readonly Artifact[], stage = 1) => {
  const { options } = (await loadPlugin("strategy", plugin)) as Strategy
  const asked = {
    backbone,
    strategy: { plugin, options: Schema.decodeUnknownSync(options)({} as never) },
    adapter: { plugin: "lora", options: { rank: 8, alpha: 16, dropout: 0, targets: ["query", "value"] } },
    train: { ...TRAIN, epochs: Number(flags.epochs), batch },
    name: "sequential",
    stage,
    seed: 1,
    replayed: BATCH,
    visits: [stage],
  }
  const steps: number[] = []
  let before: NodeJS.CpuUsage | undefined
  const work = workOf({ network, engine }, asked, { tokens, previous, memories })
  const progress = (): void => {
    const { user, system } = process.cpuUsage(before)
    if (before) steps.push((user + system) / 1e6)
    before = process.cpuUsage()
  }
  const artifact = await performers.shared({ ...work, progress })
  // The last batch may be smaller.
  return { artifact, steps: steps.slice(0, Math.floor(EXAMPLES / batch) - 1) }
}

/** The mean over steps, [turn][step], of the fastest turn of each. */
const fastest = (turns: readonly (readonly number[])[]): number =>
  turns[0].reduce((sum, _, step) => sum + Math.min(...turns.map((one) => one[step])), 0) / turns[0].length
const ms = (seconds: number) => `${(1000 * seconds).toFixed(1)} ms`
const first = (await timed("sequential", BATCH, [], 0)).artifact
for (const [strategy, draws] of [
  ["er", 1],
  ["der_pp", 2],
  ["a_gem", 1],
] as const) {
  const [own, plain, small]: [number[][], number[][], number[][]] = [[], [], []]
  for (let turn = 0; turn < Number(flags.turns); turn++) {
    own.push((await timed(strategy, BATCH, [first])).steps)
    plain.push((await timed("sequential", BATCH * (1 + draws), [first])).steps)
    small.push((await timed("sequential", BATCH, [first])).steps)
  }
  teller(flags.json)({
    name: `${strategy} step, ${BATCH} new and ${draws} x ${BATCH} remembered examples`,
    ours: ms(fastest(own)),
    peer: `sequential, ${BATCH * (1 + draws)} new examples`,
    theirs: ms(fastest(plain)),
    value: fastest(own) / fastest(plain),
    goal: GOAL,
    others: `sequential, ${BATCH} new examples: ${ms(fastest(small))}`,
  })
}
process.exit()
