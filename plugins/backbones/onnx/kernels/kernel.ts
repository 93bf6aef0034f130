/** What computes a node on arrays. */
import type { Numbers } from "../numbers.ts"
import type { Attribute, Node } from "../read.ts"

export interface Call {
  /** Undefined where an input is left out. */
  readonly inputs: readonly (Numbers | undefined)[]
  readonly attributes: Node["attributes"]
  readonly outputs: number
}

export type Kernel = (call: Call) => Numbers | readonly Numbers[]
export type Kernels = Readonly<Record<string, Kernel>>

/** An input that must be there. */
export const given = ({ inputs }: Pick<Call, "inputs">, index: number): Numbers => {
  const x = inputs[index]
  if (!x) throw new RangeError(`input ${index + 1} is missing`)
  return x
}

export const numberOf = (attribute: Attribute | undefined, otherwise: number): number =>
  typeof attribute === "number" ? attribute : otherwise

export const listOf = (attribute: Attribute | undefined): readonly number[] | undefined =>
  Array.isArray(attribute) ? attribute : undefined

/** A list that newer operator sets give as an input and older ones as an attribute. */
export const listAt = (
  call: Pick<Call, "inputs" | "attributes">,
  index: number,
  attribute: string,
): readonly number[] | undefined => {
  const input = call.inputs[index]
  return input ? [...input.data] : listOf(call.attributes[attribute])
}

/** Counted from 0, where a negative one counts from the end. */
export const axisOf = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis)
