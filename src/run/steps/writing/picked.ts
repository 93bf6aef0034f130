/** A router that selects, where texts are answered in words: what the chosen module has written. */
import type { Artifact } from "../../../plan/step.ts"
import type { Work } from "../../work.ts"
import { choice } from "../evaluation/choice.ts"
import { flopsIn, servingNote } from "../evaluation/evaluated.ts"
import type { Chosen } from "../given.ts"

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
export const picked = async (work: Work, chosen: Chosen, stage: number, seed: number): Promise<Artifact> => {
  const indices = work.input("blind").arrays[`stage/${stage}`].data as Int32Array
  const { module, query, arrays } = await choice(work, chosen, indices, seed)
  const of = work.inputs("written").map(writtenIn)
  const cut = of.map(({ unfinished }) => new Set(unfinished))
  const flops = of[0].flops + (query.startsWith("frozen") ? flopsIn(work.input("features")) : 0)
  return {
    json: {
      written: Array.from(indices, (i, row) => of[module[row]].written[i]),
      unfinished: Array.from(indices, (_, row) => row).filter((row) => cut[module[row]].has(indices[row])),
      flops,
      ...servingNote(work),
    },
    arrays,
  }
}
