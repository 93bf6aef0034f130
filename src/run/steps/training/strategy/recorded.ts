/**
 * What an earlier model made of texts. Of texts that are remembered the logits that it had when their task ended, as arrays
 * "recorded/<task>/index" and "recorded/<task>/logits" of a shared model; of those of the newest task, or of both, what the model
 * makes of them before it is trained on that.
 */
import { parameterFeeds } from "../../../../model/differentiate.ts"
import { forwardAll } from "../../../../model/evaluate.ts"
import type { StoredArray } from "../../../../plan/step.ts"
import { type HostTensor, program, type Strategy, type TokenIds } from "../../../../plugin/index.ts"
import { StepError, type Work } from "../../../work.ts"
import type { Body } from "./body.ts"
import { onceOf } from "./draws.ts"
import { type HeadForm, headOf } from "./joint_head.ts"
import type { StageTexts } from "./texts.ts"

export interface Recorded {
  /** Of a text of the stage; nothing where there was no earlier model. */
  readonly of: (item: number) => RecordedRow | undefined
  /** What later stages need of it. */
  readonly arrays: Readonly<Record<string, StoredArray>>
}

/** Rows of all classes: what an earlier model made of a text, and 1 for the classes that it had met; and what its head read. */
export interface RecordedRow {
  readonly logits: Float32Array
  /** Of one earlier model. */
  readonly features?: Float32Array
  readonly seen: Float32Array
}

/** The model as it stands before the stage. */
export interface Before extends Body {
  readonly start: ReadonlyMap<string, HostTensor>
  readonly head: HeadForm
}

/** Nothing at the first stage, and where nothing is recorded. */
export const recordedFor = async (
  work: Work,
  before: Before,
  texts: StageTexts,
  stage: number,
  records: Strategy["records"],
): Promise<Recorded | undefined> => {
  if (!records || stage === 0) return undefined
  if (records === "remembered") return ofRemembered(work, before, texts, stage)
  return ofStart(work, before, texts, stage, texts.newest + (records === "before" ? texts.remembered : 0))
}

/** Of the first `count` of the texts that are newest or remembered. */
const ofStart = async (
  work: Work,
  before: Before,
  texts: StageTexts,
  stage: number,
  count: number,
): Promise<Recorded> => {
  const { logits, features } = await madeBy(work, before, texts.texts.slice(0, count))
  const seen = seenBefore(texts)[stage]
  const examples = texts.newest + texts.draws * texts.remembered
  return {
    of: (item) => {
      const row = item < examples ? onceOf(item, texts) : count
      return row < count ? { logits: rowOf(logits, row), features: rowOf(features, row), seen } : undefined
    },
    arrays: {},
  }
}

/** Those of the task before are made now: its model is the one that the stage starts from. */
const ofRemembered = async (work: Work, before: Before, stageTexts: StageTexts, stage: number): Promise<Recorded> => {
  const { texts, newest, remembered, task, index } = stageTexts
  const places = Array.from({ length: remembered }, (_, i) => i)
  const taskOf = (i: number) => task[newest + i]
  const last = places.filter((i) => taskOf(i) === stage - 1)
  const { logits: made } = await madeBy(
    work,
    before,
    last.map((i) => texts[newest + i]),
  )
  const [previous] = work.inputs("previous")
  const row = (i: number): Float32Array => {
    if (taskOf(i) === stage - 1) return rowOf(made, last.indexOf(i))
    const known = previous.arrays[`recorded/${taskOf(i)}/index`]?.data as Int32Array | undefined
    const place = known?.indexOf(index[newest + i]) ?? -1
    if (place < 0) throw takenBack(`text ${index[newest + i]} of task ${taskOf(i)}`)
    return rowOf(previous.arrays[`recorded/${taskOf(i)}/logits`] as HostTensor, place)
  }
  const rows = places.map(row)
  const arrays: Record<string, StoredArray> = {}
  for (const t of new Set(places.map(taskOf))) {
    const own = places.filter((i) => taskOf(i) === t)
    arrays[`recorded/${t}/index`] = { shape: [own.length], data: Int32Array.from(own, (i) => index[newest + i]) }
    arrays[`recorded/${t}/logits`] = {
      shape: [own.length, rows[0].length],
      data: Float32Array.from(own.flatMap((i) => [...rows[i]])),
    }
  }
  const seen = seenBefore(stageTexts)
  return {
    of: (item) =>
      item >= newest && item < newest + stageTexts.draws * remembered
        ? { logits: rows[(item - newest) % remembered], seen: seen[task[item] + 1] }
        : undefined,
    arrays,
  }
}

/** A memory has what it had left out: nothing was recorded of it in its time. */
export const takenBack = (what: string): StepError =>
  new StepError(
    `the memory has ${what}, which it had not kept when that came, and the model of then is gone`,
    "let `keep` of the memory say of a longer stream what it would have come to from the shorter one, or take `random` or `reservoir`",
  )

/** By task, 1 for the classes of the tasks before it, which come to all classes of the stream; one row more than tasks. */
const seenBefore = ({ columns }: StageTexts): readonly Float32Array[] => {
  const classes = 1 + Math.max(-1, ...columns.flatMap((own) => [...own]))
  return [...columns, []].map((_, t) =>
    onesAt(
      columns.slice(0, t).flatMap((own) => [...own]),
      classes,
    ),
  )
}

/** A row of all classes, 1 at some. */
export const onesAt = (columns: Iterable<number>, classes: number): Float32Array => {
  const row = new Float32Array(classes)
  for (const c of columns) row[c] = 1
  return row
}

const rowOf = ({ shape: [, classes], data }: HostTensor, row: number): Float32Array =>
  (data as Float32Array).subarray(row * classes, (row + 1) * classes)

/** Logits [texts, classes], and what the head reads. */
const madeBy = async (
  work: Work,
  before: Before,
  texts: readonly TokenIds[],
): Promise<{ readonly logits: HostTensor; readonly features: HostTensor }> => {
  const forward = program(headOf(before, before.head, before.start))
  const values = new Map([...before.start].map(([name, { data }]) => [name, data as Float32Array]))
  const session = await (await work.engine()).compile(forward)
  try {
    const feeds = parameterFeeds(forward, values)
    const { logits, features } = await forwardAll({ session, texts, extra: () => feeds })
    return { logits, features }
  } finally {
    await session.release()
  }
}
