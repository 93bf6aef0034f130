/** Token ids of one task's texts as prompts, and of the answers to train on. A task is one class, which bears its name. */
import type { Network } from "../../../model/encoder.ts"
import type { Artifact } from "../../../plan/step.ts"
import { DataError, type Example, type Task, type TokenIds } from "../../../plugin/index.ts"
import type { Work } from "../../work.ts"
import { storedTexts } from "../given.ts"

/** How many of the answers to train on are longer than what is learnt and written. */
export interface CutAnswers {
  readonly cut: number
  readonly of: number
}

export const answerTokens = (work: Work, { backbone, checkpoint }: Network, task: Task, most: number): Artifact => {
  const { tokenizer } = checkpoint
  const prompts = backbone.tokenizePrompts ?? backbone.tokenize
  const maxTokens = roomForPrompts({ backbone, checkpoint }, most)
  const end = endOf({ backbone, checkpoint })
  let cut = 0
  /** With the end token, where it has room: a longer answer goes on. */
  const answer = (ids: TokenIds): TokenIds => {
    if (ids.length < most) return Int32Array.of(...ids, end)
    cut++
    return ids.slice(0, most)
  }
  const texts = (split: "train" | "validation" | "test") =>
    storedTexts(
      split,
      prompts(
        task[split].map(({ text }) => text),
        { tokenizer, maxTokens },
      ),
    )
  const answered = (split: "train" | "validation") => {
    const ids = backbone.tokenizeAnswers!(task[split].map(label), { tokenizer })
    const { length } = ids
    return {
      ...texts(split),
      ...storedTexts(`${split}/answers`, ids.map(answer)),
      [`${split}/labels`]: { shape: [length], data: new Int32Array(length) },
    }
  }
  const arrays = { ...answered("train"), ...answered("validation"), ...texts("test") }
  const of = task.train.length + task.validation.length
  if (cut > 0)
    work.warn(
      `${cut} of ${of} answers of the task "${task.name}" are longer than ${most} tokens, and learnt up to there`,
      "write a larger `max_tokens` in `answers` of the stream",
    )
  return { json: { task: task.name, labels: [task.name], answers: { cut, of } satisfies CutAnswers }, arrays }
}

const label = (example: Example): string => example.label

/** Throws DataError where a checkpoint does not say which token ends a text. */
export const endOf = ({ backbone, checkpoint }: Network): number => {
  const end = backbone.answers?.(checkpoint).end
  if (end !== undefined) return end
  throw new DataError(
    `config.json of the ${backbone.name} does not say which token ends a text, so no answer would end`,
    "add eos_token_id to it",
  )
}

/** A decoder reads prompt and answer as one text. Throws DataError where no prompt has room beside an answer. */
const roomForPrompts = ({ backbone, checkpoint: { maxTokens } }: Network, answer: number): number => {
  if (backbone.decode) return maxTokens
  if (maxTokens - answer < 2)
    throw new DataError(
      `answers of up to ${answer} tokens leave no room for a prompt: the backbone reads ${maxTokens} of both`,
      "write a smaller `max_tokens` in `answers` of the stream, or a larger one in the backbone",
    )
  return maxTokens - answer
}
