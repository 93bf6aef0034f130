/**
 * The attention that the texts of a task had when it ended: the mean of their weights over what is remembered of the task, as arrays
 * "recorded/attention/<task>" [task + 1] of a shared model. It is found at the start of the next stage, of the model as it stands.
 */
import { encoder, type Network } from "../../../../model/encoder.ts"
import { forwardAll } from "../../../../model/evaluate.ts"
import type { StoredArray } from "../../../../plan/step.ts"
import { type HostTensor, program, type Tensor, type TokenIds } from "../../../../plugin/index.ts"
import type { Work } from "../../../work.ts"
import { type Attending, attentionWeights } from "./attention.ts"
import type { StageTexts } from "./texts.ts"

export interface RecordedAttention {
  /** [part, modules]; 0 for examples of the newest task, and for modules that came later. */
  readonly rows: (part: Int32Array) => HostTensor
  /** What later stages need of it. */
  readonly arrays: Readonly<Record<string, StoredArray>>
}

const arrayOf = (task: number): string => `recorded/attention/${task}`

/** `start`: the arrays with which the stage starts. Nothing where nothing is remembered. */
export const recordedAttention = async (
  work: Work,
  net: Network,
  attending: Attending,
  start: ReadonlyMap<string, HostTensor>,
  { texts, newest, remembered, draws, task }: StageTexts,
): Promise<RecordedAttention | undefined> => {
  const { stage } = attending
  if (stage === 0 || draws === 0) return undefined
  const last = texts.slice(newest, newest + remembered).filter((_, i) => task[newest + i] === stage - 1)
  const found = last.length > 0 ? await meanAttention(work, net, { ...attending, stage: stage - 1 }, start, last) : []
  const [previous] = work.inputs("previous")
  const known = Array.from({ length: stage }, (_, t): Float32Array => {
    const data = t === stage - 1 ? found : (previous.arrays[arrayOf(t)]?.data ?? [])
    return Float32Array.from(data as ArrayLike<number>)
  })
  const modules = stage + 1
  return {
    rows: (part) => {
      const data = new Float32Array(part.length * modules)
      part.forEach((item, i) => {
        if (item >= newest && item < newest + draws * remembered) data.set(known[task[item]], i * modules)
      })
      return { shape: [part.length, modules], data }
    },
    arrays: Object.fromEntries(
      known.flatMap((data, t) => (data.length > 0 ? [[arrayOf(t), { shape: [data.length], data }]] : [])),
    ),
  }
}

/** Over some texts, of the attention at a stage: [stage + 1]. */
const meanAttention = async (
  work: Work,
  net: Network,
  attending: Attending,
  arrays: ReadonlyMap<string, HostTensor>,
  texts: readonly TokenIds[],
): Promise<Float32Array> => {
  const session = await (await work.engine()).compile(
    program({ weights: attentionWeights(net, attending, arrays)(embeddingsIn(net)) }),
  )
  try {
    const { data } = (await forwardAll({ session, texts })).weights
    const modules = attending.stage + 1
    return Float32Array.from({ length: modules }, (_, m) => {
      let sum = 0
      for (let i = m; i < data.length; i += modules) sum += Number(data[i])
      return sum / texts.length
    })
  } finally {
    await session.release()
  }
}

/** E [length, width] of a text. */
const embeddingsIn = (net: Network): Tensor => {
  let found: Tensor | undefined
  encoder(net, {
    join: (_layer, e) => {
      found ??= e
      return undefined
    },
  })
  if (!found) throw new Error("an attention over modules reads embeddings, and the backbone calls no site of them")
  return found
}
