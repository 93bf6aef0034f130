/**
 * The texts of a stage: those of the tasks that it visits, then what is remembered of earlier ones, once for each draw of a step;
 * then, where the model learns to write them, all of these as samples, those that are remembered once; then what is made of them,
 * likewise, one kind after the other.
 */
import type { Network } from "../../../../model/encoder.ts"
import type { Artifact } from "../../../../plan/step.ts"
import type { Replay, Strategy, TokenIds } from "../../../../plugin/index.ts"
import type { Work } from "../../../work.ts"
import { answeredIn, classCount, jointColumns, labelledIn, offsetsOf, remembered, textsIn } from "../../given.ts"
import type { SharedOptions } from "./shared_options.ts"
import { variantsOf } from "./variants.ts"

export interface StageTexts {
  readonly texts: readonly TokenIds[]
  /** Columns of the joint head; where texts are answered in words, none. */
  readonly labels: Int32Array
  /** Where texts are answered in words; else none. */
  readonly answers: readonly TokenIds[]
  /** The task of each, and its place among the training texts of that task. */
  readonly task: Int32Array
  readonly index: Int32Array
  /** How many are of the tasks that are visited, how many are remembered, and how often these follow them. */
  readonly newest: number
  readonly remembered: number
  readonly draws: number
  /** Samples follow. */
  readonly samples: boolean
  /** How many kinds of texts that are made of the others follow. */
  readonly variants: number
  /** The columns of each task in the joint head. */
  readonly columns: readonly Int32Array[]
}

export const stageTexts = (work: Work, net: Network, options: SharedOptions, strategy: Strategy): StageTexts => {
  const replay: Replay | undefined = strategy.replays?.(options.strategy.options)
  const tokens = work.inputs("tokens")
  const columns = columnsOf(tokens, options)
  const visited = options.visits.map((t) => textsOf(tokens[t], t, columns[t], options))
  const draws = replay && options.stage > 0 ? replay.draws : 0
  const memory = draws > 0 ? memoryOf(work, options, columns) : undefined
  const samples = replay?.from === "itself"
  const written = samples ? [...samplesOfVisited(work, options), ...samplesOfMemory(work, memory ?? [])] : []
  const { count, texts: made } = variantsOf(net, strategy, options, [...visited.flat(), ...(memory ?? [])])
  return {
    ...joinedTexts(visited.flat(), memory ?? [], draws, options, [...written, ...made]),
    samples,
    variants: count,
    columns,
  }
}

/** Texts that are trained on, then those that may be replayed, once for each draw, then what else there is. */
export const joinedTexts = (
  newest: readonly StageText[],
  remembered: readonly StageText[],
  draws: number,
  options: SharedOptions,
  others: readonly StageText[] = [],
): Omit<StageTexts, "columns" | "samples" | "variants"> => {
  const all = [...newest, ...Array.from({ length: draws }, () => remembered).flat(), ...others]
  return {
    texts: all.map(({ text }) => text),
    labels: Int32Array.from(options.head ? [] : all, ({ label }) => label),
    answers: options.head ? all.map(({ answer }) => answer!) : [],
    task: Int32Array.from(all, ({ task }) => task),
    index: Int32Array.from(all, ({ index }) => index),
    newest: newest.length,
    remembered: remembered.length,
    draws,
  }
}

export interface StageText {
  readonly text: TokenIds
  readonly label: number
  readonly answer?: TokenIds
  readonly task: number
  readonly index: number
}

/** Of each task, the columns of its classes in the joint head. */
export const columnsOf = (tokens: readonly Artifact[], { scenario }: SharedOptions): readonly Int32Array[] => {
  const counts = tokens.map(classCount)
  const { offsets } = offsetsOf(counts)
  const all = jointColumns(tokens, scenario === "domain_incremental")
  return counts.map((count, t) => all.subarray(offsets[t], offsets[t] + count))
}

export const textsOf = (tokens: Artifact, task: number, columns: Int32Array, { head }: SharedOptions): StageText[] => {
  const { texts, labels } = labelledIn(tokens, "train")
  const answers = head ? answeredIn(tokens, "train").answers : []
  return texts.map((text, index) => ({ text, label: columns[labels[index]], answer: answers[index], task, index }))
}

/** What is remembered of the tasks before the stage. */
const memoryOf = (work: Work, { stage }: SharedOptions, columns: readonly Int32Array[]): StageText[] => {
  const kept = remembered(work.inputs("tokens").slice(0, stage), work.inputs("memories"))
  const column = columns.slice(0, stage).flatMap((own) => [...own])
  return kept.texts.map((text, i) => ({
    text,
    label: column[kept.labels[i]],
    answer: kept.answers[i],
    task: kept.task[i],
    index: kept.index[i],
  }))
}

/** What is read and written for each text of the tasks that are visited. */
const samplesOfVisited = (work: Work, { visits }: SharedOptions): StageText[] =>
  work.inputs("samples").flatMap((artifact, k) => {
    const { texts, answers } = answeredIn(artifact, "train")
    return texts.map((text, index) => ({ text, answer: answers[index], label: 0, task: visits[k], index }))
  })

/** The samples that are remembered, as they were written. */
const samplesOfMemory = (work: Work, memory: readonly StageText[]): StageText[] => {
  const of = memory.length === 0 ? [] : work.inputs("memories")
  const triggers = of.map((artifact) => textsIn(artifact, "train/triggers")[0])
  const written = of.map((artifact) => textsIn(artifact, "train/samples"))
  return memory.map((one) => ({ ...one, text: triggers[one.task], answer: written[one.task][one.index] }))
}
