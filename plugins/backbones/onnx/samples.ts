/**
 * Small batches on which an import computes what does not depend on the weights: shapes, positions, masks. Numbers that
 * are the same for all of them are constants; numbers that grow with the batch or its length are dimensions.
 */
import type { Dim } from "../../../src/plugin/index.ts"
import { type Numbers, numbers } from "./numbers.ts"

export interface Sample {
  readonly batch: number
  readonly length: number
  /** Tokens of each text; what follows them is padding. */
  readonly lengths: readonly number[]
}

/** Sizes are primes that no model has as its own. */
export const SAMPLES: readonly Sample[] = [
  { batch: 3, length: 7, lengths: [7, 4, 2] },
  { batch: 2, length: 11, lengths: [5, 11] },
  { batch: 3, length: 11, lengths: [11, 3, 8] },
]

/** One text of some length. */
export const oneText = (length: number): Sample => ({ batch: 1, length, lengths: [length] })

export type Feed = "ids" | "mask" | "types" | "positions"

/** What an input of an exported encoder is fed with. */
export const FEEDS: Readonly<Record<string, Feed>> = {
  input_ids: "ids",
  attention_mask: "mask",
  token_type_ids: "types",
  position_ids: "positions",
}

/** The inputs of a sample; token ids begin at 5, after those that stand for padding and the like. */
export const fed = (feed: Feed, { batch, length, lengths }: Sample, pad: number): Numbers => {
  const value = (e: number, p: number): number => {
    const there = p < lengths[e]
    if (feed === "ids") return there ? 5 + ((e * 7 + p * 3) % 11) : pad
    return feed === "mask" ? (there ? 1 : 0) : feed === "positions" ? p : 0
  }
  return numbers(
    "int",
    [batch, length],
    Array.from({ length: batch * length }, (_, i) => value(Math.floor(i / length), i % length)),
  )
}

/** A number of each sample as a dimension. Throws RangeError where it is none. */
export const dimOf = (values: readonly number[]): Dim => {
  const [first] = values
  if (values.every((value) => value === first)) return first
  const sizes: Readonly<Record<string, (sample: Sample) => number>> = {
    examples: ({ batch }) => batch,
    length: ({ length }) => length,
    "examples*length": ({ batch, length }) => batch * length,
    "length*length": ({ length }) => length * length,
  }
  for (const [name, size] of Object.entries(sizes)) {
    const factor = values[0] / size(SAMPLES[0])
    if (Number.isInteger(factor) && values.every((value, i) => value === factor * size(SAMPLES[i])))
      return factor === 1 ? name : `${factor}*${name}`
  }
  throw new RangeError(
    `${values.join(", ")} in batches of ${SAMPLES.map(({ batch, length }) => `${batch} x ${length}`).join(", ")}`,
  )
}
