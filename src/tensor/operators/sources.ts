/** Values that come from dimensions: how many, and 0, 1, 2, ... */
import type { Dim } from "../dimension.ts"
import { apply, type Operator } from "../operator.ts"
import type { Tensor } from "../tensor.ts"

export const countOperator: Operator = {
  name: "count",
  shape: () => ({ shape: [], dtype: "float" }),
  gradient: () => [],
  emit: (emitter, _, node) =>
    emitter.add("Reshape", [
      emitter.add("Cast", [emitter.dim(node.attributes.dim as Dim)], { to: { type: "int", value: 1 } }),
      emitter.ints([]),
    ]),
}
/** The value of a dimension, as a float scalar. */
export const countOf = (dim: Dim): Tensor => apply(countOperator, [], { dim })

export const rangeOperator: Operator = {
  name: "range",
  shape: (_, { dim }) => ({ shape: [dim], dtype: "int" }),
  gradient: () => [],
  emit: (emitter, _, node) => {
    const end = emitter.add("Reshape", [emitter.dim(node.attributes.dim as Dim), emitter.ints([])])
    return emitter.add("Range", [emitter.ints(0), end, emitter.ints(1)])
  },
}
/** 0, 1, ..., dim - 1. */
export const range = (dim: Dim): Tensor => apply(rangeOperator, [], { dim })
