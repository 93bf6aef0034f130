/** The vocabulary of a language model that begins from nothing: WordPiece, of the training texts of all tasks. */
import { trainWordPiece } from "../../../model/wordpiece.ts"
import type { Json } from "../../../plan/step.ts"
import type { Task } from "../../../plugin/index.ts"
import type { Perform } from "../../work.ts"

export const vocabulary: Perform = async (work) => {
  const { size } = work.options as { readonly size: number }
  const texts = work.inputs("dataset").flatMap(({ json }) => (json as unknown as Task).train.map(({ text }) => text))
  return { json: trainWordPiece(texts, { size }) as unknown as Json, arrays: {} }
}
