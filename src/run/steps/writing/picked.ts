/** Where texts are answered in words: what the module has written that a router chose, or that of the text's own task. */
import type { Artifact } from "../../../plan/step.ts"
import type { Work } from "../../work.ts"
import { choice } from "../evaluation/choice.ts"
import { flopsIn, servingNote } from "../evaluation/evaluated.ts"
import type { Chosen } from "../given.ts"
import { placesAt } from "../places_at.ts"

/** What a step of writing leaves. */
export interface Written {
  /** By text. */
  readonly written: readonly string[]
  /** Places of the texts whose answer had not ended after the most tokens. */
  readonly unfinished: readonly number[]
  readonly flops: number
}

export const writtenIn = ({ json }: Artifact): Written => json as unknown as Written

/** Every module has answered the whole mixed test set. */
export const picked = async (work: Work, chosen: Chosen, seed: number): Promise<Artifact> => {
  const indices = placesAt(work)
  const { module, query, arrays } = await choice(work, chosen, indices, seed)
  const more = query.startsWith("frozen") ? flopsIn(work.input("features")) : 0
  return { json: { ...answersOf(work, indices, module, more), ...servingNote(work) }, arrays }
}

/** So has the model that each task has left. */
export const writtenOfTask = (work: Work): Artifact => {
  const indices = placesAt(work)
  const task = work.input("truth").arrays.task.data as Int32Array
  return {
    json: answersOf(
      work,
      indices,
      Int32Array.from(indices, (i) => task[i]),
    ),
    arrays: {},
  }
}

/** `by`: for each of the texts whose answer counts. */
const answersOf = (work: Work, indices: Int32Array, by: Int32Array, more = 0) => {
  const of = work.inputs("written").map(writtenIn)
  const cut = of.map(({ unfinished }) => new Set(unfinished))
  return {
    written: Array.from(indices, (i, row) => of[by[row]].written[i]),
    unfinished: Array.from(indices, (_, row) => row).filter((row) => cut[by[row]].has(indices[row])),
    flops: of[0].flops + more,
  }
}
