/**
 * Modules of all tasks, weighed for each text by an attention that reads the embeddings E of its tokens: y + sum_i w_i(E) c_i at every
 * site, with one w for all of them.
 */
import type { Tensor } from "../tensor/index.ts"
import { weighedBeside } from "./beside_earlier.ts"
import type { Participant } from "./encoder.ts"
import { anew, type Keep } from "./kept.ts"
import type { Library } from "./library.ts"

export interface Attended {
  readonly participant: Participant
  /** Those of the text that was traced last, [modules]. */
  readonly weights: () => Tensor
}

/** `own` is the newest module; `attention` makes w [modules] of E [length, width]. `keep`: how w goes on while an answer is generated. */
export const attended = (
  own: Participant,
  library: Library,
  attention: (embeddings: Tensor) => Tensor,
  keep: Keep = anew,
): Attended => {
  let embeddings: Tensor | undefined
  let known: Tensor | undefined
  const weights = (): Tensor => {
    const read = embeddings
    if (!read) throw new Error("an attention over modules reads embeddings, and the backbone calls no site of them")
    known ??= keep("attention", library.length + 1, () => attention(read))
    return known
  }
  const beside = weighedBeside(own, library, weights)
  return {
    weights,
    participant: {
      ...beside,
      join: (layer, e, text) => {
        const isAnother = text === undefined && e.rows?.layout !== embeddings?.rows?.layout
        if (isAnother) [embeddings, known] = [e, undefined]
        return beside.join?.(layer, e, text)
      },
    },
  }
}
