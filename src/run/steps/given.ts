/** What steps read from their inputs, typed: the one place that knows how artifacts are laid out. */

import type { Network } from "../../model/encoder.ts"
import { bySite, type Head, type Library, NO_HEAD, type TrainedModule } from "../../model/library.ts"
import type { UnitTensors } from "../../model/routed.ts"
import { moduleOfTask } from "../../model/serving.ts"
import type { Artifact, StoredArray } from "../../plan/step.ts"
import {
  type Backbone,
  type Checkpoint,
  DataError,
  type HostTensor,
  type TokenIds,
  weight,
} from "../../plugin/index.ts"
import type { Work } from "../work.ts"
import { adapterIn } from "./adapter.ts"

/** A plugin in a step's options, with its decoded options. */
export interface Chosen {
  readonly plugin: string
  readonly from?: string
  readonly options: unknown
}

export interface ChosenBackbone extends Chosen {
  readonly location: string
  readonly directory: string
  readonly fingerprint: string
}

/** The backbone, loaded once per worker. */
export const network = (work: Work, chosen: ChosenBackbone): Promise<Network> =>
  work.cached(`network ${chosen.plugin} ${chosen.fingerprint} ${JSON.stringify(chosen.options)}`, async () => {
    const backbone = await work.plugin<Backbone>("backbone", chosen.plugin, chosen.from)
    const checkpoint: Checkpoint = await backbone.load(chosen.location, chosen.options, { directory: chosen.directory })
    checkPlanned(chosen, checkpoint)
    return { backbone, checkpoint }
  })

/** Throws DataError where the files are others than those whose digest is part of the step's key. */
const checkPlanned = ({ location, fingerprint }: ChosenBackbone, { digest }: Checkpoint): void => {
  if (fingerprint === "" || fingerprint === digest) return
  throw new DataError(
    `the files of the backbone "${location}" are not those that the plan has seen: their sha256 is ${digest.slice(0, 12)}..., it was ${fingerprint.slice(0, 12)}...`,
    "run again, and let nobody write into the folder meanwhile; for a model of the hub write the commit as `revision`",
  )
}

/** Ragged token ids as two arrays: all ids, and where each text starts (one more than texts). */
export const storedTexts = (name: string, texts: readonly TokenIds[]): Record<string, StoredArray> => {
  const offsets = new Int32Array(texts.length + 1)
  texts.forEach((text, i) => {
    offsets[i + 1] = offsets[i] + text.length
  })
  const ids = new Int32Array(offsets[texts.length])
  texts.forEach((text, i) => {
    ids.set(text, offsets[i])
  })
  return {
    [`${name}/ids`]: { shape: [ids.length], data: ids },
    [`${name}/offsets`]: { shape: [offsets.length], data: offsets },
  }
}

export const textsIn = ({ arrays }: Artifact, name: string): readonly TokenIds[] => {
  const ids = arrays[`${name}/ids`].data as Int32Array
  const offsets = arrays[`${name}/offsets`].data as Int32Array
  return Array.from({ length: offsets.length - 1 }, (_, i) => ids.subarray(offsets[i], offsets[i + 1]))
}

/** One split of one task, as tokens with class indices within the task. */
export interface LabelledTexts {
  readonly texts: readonly TokenIds[]
  readonly labels: Int32Array
}

/** Texts with an answer each, its end token included. */
export interface AnsweredTexts {
  readonly texts: readonly TokenIds[]
  readonly answers: readonly TokenIds[]
}

/** Of a task that is answered in words. */
export const answeredIn = (artifact: Artifact, split: "train" | "validation"): AnsweredTexts => ({
  texts: textsIn(artifact, split),
  answers: textsIn(artifact, `${split}/answers`),
})

export const labelledIn = (artifact: Artifact, split: "train" | "validation"): LabelledTexts => ({
  texts: textsIn(artifact, split),
  labels: artifact.arrays[`${split}/labels`].data as Int32Array,
})

export const classCount = (tokens: Artifact): number => (tokens.json as { labels: readonly string[] }).labels.length

/** First class id of each task among the joined classes, and their total. */
export const offsetsOf = (counts: readonly number[]): { readonly offsets: Int32Array; readonly total: number } => {
  const offsets = new Int32Array(counts.length)
  let total = 0
  counts.forEach((count, t) => {
    offsets[t] = total
    total += count
  })
  return { offsets, total }
}

/**
 * The column of each joined class in a joint head: one each, or, where tasks share their labels, that of the first class of the
 * same label. Tasks that come later take nothing away from the columns of earlier ones.
 */
export const jointColumns = (tokens: readonly Artifact[], byLabel: boolean): Int32Array => {
  const labels = tokens.flatMap(({ json }) => (json as { labels: readonly string[] }).labels)
  const column = new Map<string, number>()
  return Int32Array.from(labels, (label, c) => {
    if (!byLabel) return c
    if (!column.has(label)) column.set(label, column.size)
    return column.get(label) as number
  })
}

export interface Remembered extends LabelledTexts {
  readonly task: Int32Array
  readonly index: Int32Array
  /** Where texts are answered in words; else empty. */
  readonly answers: readonly TokenIds[]
}

/** Indices that a memory keeps of task t: in the task's own step, or in the one step of a memory along the stream. */
const keptOf = (memories: readonly Artifact[], t: number): Int32Array =>
  (memories[0].arrays[`indices/${t}`] ?? memories[t].arrays.indices).data as Int32Array

/** Whether a memory's step holds samples that were written, in the place of indices of training examples. */
const holdsSamples = ({ arrays }: Artifact): boolean => arrays["train/samples/ids"] !== undefined

interface TaskMemory extends LabelledTexts {
  /** Places among the training texts, or among the samples. */
  readonly index: Int32Array
  /** Where texts are answered in words; else empty. */
  readonly answers: readonly TokenIds[]
}

/** What is remembered of task t, whose tokens these are. */
export const memoryOfTask = (tokens: Artifact, memories: readonly Artifact[], t: number): TaskMemory => {
  const samples = memories[t] !== undefined && holdsSamples(memories[t])
  const source = samples ? memories[t] : tokens
  const { texts, labels } = labelledIn(source, "train")
  const answers = source.arrays["train/answers/ids"] ? answeredIn(source, "train").answers : []
  const index = samples ? Int32Array.from(texts.keys()) : keptOf(memories, t)
  const kept = <One>(all: readonly One[]) => Array.from(index, (i) => all[i])
  return {
    texts: kept(texts),
    labels: index.map((i) => labels[i]),
    answers: answers.length > 0 ? kept(answers) : [],
    index,
  }
}

/** What a memory keeps of the tasks seen so far, labels as joined class ids. */
export const remembered = (tokens: readonly Artifact[], memories: readonly Artifact[]): Remembered => {
  const { offsets } = offsetsOf(tokens.map(classCount))
  const texts: TokenIds[] = []
  const labels: number[] = []
  const task: number[] = []
  const index: number[] = []
  const answers: TokenIds[] = []
  tokens.forEach((artifact, t) => {
    const own = memoryOfTask(artifact, memories, t)
    texts.push(...own.texts)
    answers.push(...own.answers)
    for (const label of own.labels) labels.push(offsets[t] + label)
    for (const i of own.index) {
      task.push(t)
      index.push(i)
    }
  })
  return {
    texts,
    labels: Int32Array.from(labels),
    task: Int32Array.from(task),
    index: Int32Array.from(index),
    answers,
  }
}

/** A module that writes answers has none, that is one without classes. */
export const headIn = ({ arrays, json }: Artifact): Head => {
  const { serves } = (json ?? {}) as Pick<Head, "serves">
  return {
    ...(arrays["head/W"] ? { W: host(arrays["head/W"]), b: host(arrays["head/b"]) } : NO_HEAD),
    ...(serves ? { serves } : {}),
  }
}

/** By task: the place of its module among those that a step is given. */
export const servingIn = (work: Pick<Work, "inputs">): Int32Array => moduleOfTask(work.inputs("modules").map(headIn))

export const host = ({ shape, data }: StoredArray): HostTensor => ({ shape, data })

/** What a module adds to the backbone, by full name: all of it but its head and the losses of its training. */
export const arraysOfModule = ({ arrays }: Artifact): ReadonlyMap<string, HostTensor> =>
  new Map(
    Object.entries(arrays).flatMap(([name, array]) =>
      /^(head|loss)\//.test(name) ? [] : [[name, host(array)] as const],
    ),
  )

/** Trained modules, in the order of the inputs. */
export const libraryFrom = (work: Pick<Work, "plugin">, modules: readonly Artifact[]): Promise<Library> =>
  Promise.all(modules.map((artifact) => moduleFrom(work, artifact)))

const moduleFrom = async (work: Pick<Work, "plugin">, artifact: Artifact): Promise<TrainedModule> => {
  const { task, adapter } = artifact.json as unknown as { task: string; adapter: Chosen }
  return {
    task,
    adapter: await adapterIn(work, adapter),
    options: adapter.options,
    sites: bySite(arraysOfModule(artifact)),
    head: headIn(artifact),
  }
}

/** What was fitted of a router as constants of its formulas. */
export const fittedTensors = (artifact: Pick<Artifact, "arrays">): UnitTensors => {
  const units = unitsIn(artifact)
  return (unit) =>
    Object.fromEntries(
      Object.entries(units[unit] ?? {}).map(([part, host]) => [part, weight(`unit/${unit}/${part}`, host)]),
    )
}

/** Constants or parameters of a fitted router by unit: arrays "unit/<unit>/<name>" (a unit's name may hold no "/"). */
export const unitsIn = ({
  arrays,
}: Pick<Artifact, "arrays">): Readonly<Record<string, Readonly<Record<string, HostTensor>>>> => {
  const units: Record<string, Record<string, HostTensor>> = {}
  for (const [name, array] of Object.entries(arrays)) {
    const [kind, unit, part] = name.split("/")
    if (kind === "unit") units[unit] = { ...units[unit], [part]: host(array) }
  }
  return units
}
