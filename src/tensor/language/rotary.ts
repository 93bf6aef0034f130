/**
 * Rotary position embedding (Su et al. 2021, arXiv 2104.09864): queries and keys are turned by angles that grow with the
 * position, so that their products depend on distances alone. Halves of a head form the pairs, as in Llama.
 */
import { ShapeError } from "../errors.ts"
import { power } from "../exact.ts"
import { constant } from "../leaves.ts"
import { mul } from "../operators/arithmetic.ts"
import { cast } from "../operators/linear.ts"
import { cos, sin } from "../operators/pointwise.ts"
import { reshape } from "../operators/reshaping.ts"
import { rotate } from "../operators/rotary.ts"
import { describe, withRows } from "../rows.ts"
import type { Tensor } from "../tensor.ts"
import { settle } from "./align.ts"

/** How the frequencies of a longer context follow from those of the trained one. */
export type RotaryScaling =
  | { readonly type: "linear"; readonly factor: number }
  | {
      /** Low frequencies are divided by the factor, high ones are kept, those between are interpolated (Llama 3.1). */
      readonly type: "llama3"
      readonly factor: number
      readonly lowFrequency: number
      readonly highFrequency: number
      /** Positions of the trained context. */
      readonly positions: number
    }

/** Radians per position of the d/2 pairs of a head: base^(-2i/d), scaled. Equal bits on every engine. */
export const rotaryFrequencies = (d: number, base: number, scaling?: RotaryScaling): readonly number[] => {
  if (!Number.isInteger(d) || d < 2 || d % 2 !== 0)
    throw new ShapeError("rotaryFrequencies", `a head of width ${d} has no halves`, "give an even width")
  return Array.from({ length: d / 2 }, (_, i) => scaled(power(base, (-2 * i) / d), scaling))
}

const scaled = (frequency: number, scaling: RotaryScaling | undefined): number => {
  if (scaling === undefined) return frequency
  const { factor } = scaling
  if (scaling.type === "linear") return frequency / factor
  const { lowFrequency, highFrequency, positions } = scaling
  const turns = (positions * frequency) / (2 * Math.PI)
  if (turns < lowFrequency) return frequency / factor
  if (turns > highFrequency) return frequency
  const kept = (turns - lowFrequency) / (highFrequency - lowFrequency)
  return (1 - kept) * (frequency / factor) + kept * frequency
}

/** Each head of x [length, heads * d] turned by position times frequency; positions int [length], one frequency for each of d/2 pairs. */
export const rotary = (x: Tensor, positions: Tensor, heads: number, frequencies: readonly number[]): Tensor => {
  if (x.shape.length !== 2 || x.shape[1] !== heads * 2 * frequencies.length)
    throw new ShapeError(
      "rotary",
      `${describe(x)} is not ${heads} heads of ${2 * frequencies.length}`,
      "give [length, heads * d] and d/2 frequencies",
    )
  if (positions.dtype !== "int" || positions.shape.length !== 1 || positions.shape[0] !== x.shape[0])
    throw new ShapeError(
      "rotary",
      `positions ${positions.dtype} ${describe(positions)} do not fit ${describe(x)}`,
      "give one whole number for each row",
    )
  const column = reshape(cast(withRows(positions, undefined), "float"), [positions.shape[0], 1])
  const angles = mul(column, constant(frequencies))
  return withRows(rotate(settle(x), cos(angles), sin(angles)), x.rows)
}
