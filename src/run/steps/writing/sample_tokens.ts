/**
 * Samples of a task as token ids: what a model reads is the trigger, what it writes is a text, the separator, the answer to the
 * text and the token that ends it. Texts are cut so that all has room.
 */
import type { Network } from "../../../model/encoder.ts"
import type { SampleForm } from "../../../plan/options/step_options.ts"
import type { Artifact } from "../../../plan/step.ts"
import { DataError, type Example, type Task, type TokenIds } from "../../../plugin/index.ts"
import { storedTexts } from "../given.ts"
import { endOf } from "./answer_tokens.ts"

export const sampleTokens = (net: Network, task: Task, form: SampleForm): Artifact => {
  const trigger = triggerOf(net, form)
  const split = (name: "train" | "validation") => {
    const samples = samplesOf(net, task[name], form)
    return {
      ...storedTexts(
        name,
        samples.map(() => trigger),
      ),
      ...storedTexts(`${name}/answers`, samples),
      [`${name}/labels`]: { shape: [samples.length], data: new Int32Array(samples.length) },
    }
  }
  return { json: { task: task.name, labels: [task.name] }, arrays: { ...split("train"), ...split("validation") } }
}

/** What is read. */
export const triggerOf = ({ backbone, checkpoint }: Network, { trigger }: SampleForm): TokenIds => {
  const [ids] = (backbone.tokenizePrompts ?? backbone.tokenize)([trigger], checkpoint)
  return ids
}

/** Most tokens of a sample: a decoder reads the trigger and the sample as one text. Throws DataError where there is no room. */
export const roomForSample = (net: Network, form: SampleForm): number => {
  const { backbone, checkpoint } = net
  const room = backbone.decode
    ? form.max_tokens
    : Math.min(form.max_tokens, checkpoint.maxTokens - triggerOf(net, form).length)
  if (room >= separatorOf(net, form).length + 3) return room
  throw new DataError(
    `samples of up to ${room} tokens have no room for a text, the separator ${JSON.stringify(form.separator)} and an answer`,
    "write a larger `max_tokens` in the memory that generates, or in the backbone",
  )
}

/** Throws DataError where it has no token. */
export const separatorOf = ({ backbone, checkpoint }: Network, { separator }: SampleForm): TokenIds => {
  const [ids] = backbone.tokenizeAnswers!([separator], checkpoint)
  if (ids.length > 0) return ids
  throw new DataError(
    `the separator ${JSON.stringify(separator)} has no token of this tokenizer`,
    "write another `separator` in the memory that generates",
  )
}

const samplesOf = (net: Network, examples: readonly Example[], form: SampleForm): readonly TokenIds[] => {
  const { backbone, checkpoint } = net
  const separator = separatorOf(net, form)
  const end = endOf(net)
  const room = roomForSample(net, form)
  const texts = backbone.tokenizeAnswers!(
    examples.map(({ text }) => text),
    checkpoint,
  )
  const answers = backbone.tokenizeAnswers!(
    examples.map(({ label }) => label),
    checkpoint,
  )
  return texts.map((text, i) => {
    const behind = [...separator, ...answers[i].slice(0, room - separator.length - 2), end]
    return Int32Array.of(...text.slice(0, room - behind.length), ...behind)
  })
}
