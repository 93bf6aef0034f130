/** The texts of all tasks as one sequence: what is trained on, what is remembered of it by then, and which classes have come. */
import type { Artifact, StoredArray } from "../../../../plan/step.ts"
import { type Arrivals, type Memory, type Replay, randomStream } from "../../../../plugin/index.ts"
import type { Work } from "../../../work.ts"
import { type Arrived, arrivalOf } from "../../arrival.ts"
import { labelledIn } from "../../given.ts"
import { checked, featuresOf, inOrder } from "../../memory.ts"
import { columnsOf, joinedTexts, type StageTexts, textsOf } from "../strategy/texts.ts"
import type { CourseOptions } from "./course_options.ts"

export interface Along {
  /** All of them, in their order; each may be replayed once it is remembered. */
  readonly texts: StageTexts
  readonly arrived: readonly Arrived[]
  readonly tasks: number
  /** Places of the first `texts` ones that are remembered. */
  readonly kept: (texts: number) => Int32Array
  /** Those before an update. */
  readonly keptBefore: (step: number) => Int32Array
  /** How many texts have come before an update, and with it. */
  readonly before: (step: number) => number
  readonly until: (step: number) => number
  /** Columns of the classes of the first `texts` ones, in the order in which they came. */
  readonly seen: (texts: number) => readonly number[]
  /** Arrays "seen" and "indices/<task>" after so many texts. */
  readonly met: (texts: number) => Readonly<Record<string, StoredArray>>
}

const whole = (values: Iterable<number>): StoredArray => {
  const data = Int32Array.from(values)
  return { shape: [data.length], data }
}

export const alongSequence = async (work: Work, options: CourseOptions, replay: Replay | undefined): Promise<Along> => {
  const { sequence, seed, train, head } = options
  const tokens = work.inputs("tokens")
  const columns = columnsOf(tokens, options)
  const arrived = arrivalOf(sequence.tasks, tokens.map(sizeOf), seed, sequence.blur)
  const byTask = tokens.map((one, t) => textsOf(one, t, columns[t], options))
  const all = arrived.map(({ task, index }) => byTask[task][index])
  const draws = replay?.draws ?? 0
  const texts = { ...joinedTexts(all, draws > 0 ? all : [], draws, options), samples: false, variants: 0, columns }
  const seen = (count: number) => [...new Set(head ? [] : all.slice(0, count).map(({ label }) => label))]
  const kept = await keeper(work, options, arrived, head ? all.map(() => 0) : asTheyCome(all.map(({ label }) => label)))
  const perUpdate = train.batch * train.accumulate
  const block = (step: number) => Math.floor(step / train.epochs)
  const before = (step: number) => Math.min(all.length, block(step) * perUpdate)
  const until = (step: number) => Math.min(all.length, (block(step) + 1) * perUpdate)
  return {
    texts,
    arrived,
    tasks: tokens.length,
    kept,
    keptBefore: (step) => kept(before(step)),
    before,
    until,
    seen,
    met: (count) => ({
      ...(head ? {} : { seen: whole(seen(count).sort((a, b) => a - b)) }),
      ...(sequence.memory ? indicesOf(kept(count), arrived, tokens.length) : {}),
    }),
  }
}

const sizeOf = (tokens: Artifact): number => labelledIn(tokens, "train").texts.length

/** Of each task, which of its texts are remembered. */
const indicesOf = (kept: Int32Array, arrived: readonly Arrived[], tasks: number): Record<string, StoredArray> => {
  const of = (t: number) => Array.from(kept, (place) => arrived[place]).filter(({ task }) => task === t)
  return Object.fromEntries(
    Array.from({ length: tasks }, (_, t) => [
      `indices/${t}`,
      whole(
        of(t)
          .map(({ index }) => index)
          .sort((a, b) => a - b),
      ),
    ]),
  )
}

/** Classes numbered as they come: their numbers say nothing of tasks. */
const asTheyCome = (labels: readonly number[]): readonly number[] => {
  const known = new Map<number, number>()
  return labels.map((label) => {
    if (!known.has(label)) known.set(label, known.size)
    return known.get(label)!
  })
}

/** What the memory keeps of the first texts: it is asked anew, and is told no tasks. Nothing where there is no memory. */
const keeper = async (
  work: Work,
  { sequence: { memory: chosen }, seed }: CourseOptions,
  arrived: readonly Arrived[],
  classes: readonly number[],
): Promise<(texts: number) => Int32Array> => {
  if (!chosen) return () => new Int32Array()
  const plugin = await work.plugin<Memory>("memory", chosen.plugin, chosen.from)
  const tables = featuresOf(work, plugin)
  const features = tables.length > 0 ? inOrder(arrived, tables) : undefined
  const all = Int32Array.from(classes)
  let last: { readonly texts: number; readonly kept: Int32Array } | undefined
  return (texts) => {
    if (last?.texts === texts) return last.kept
    const arrivals: Arrivals = {
      task: new Int32Array(texts),
      class: all.subarray(0, texts),
      ...(features ? { features: { ...features, data: features.data.subarray(0, texts * features.width) } } : {}),
    }
    const places = plugin.keep!(arrivals, chosen.options, randomStream(seed, "memory"))
    last = { texts, kept: checked(places, texts, plugin, "keep").slice().sort() }
    return last.kept
  }
}
