/** Operators that choose by index: gather, scatter, one-hot, the k largest. */
import { showShape } from "../dimension.ts"
import { ShapeError } from "../errors.ts"
import { constant } from "../leaves.ts"
import { int, text } from "../onnx.ts"
import { apply, type Operator } from "../operator.ts"
import type { Tensor } from "../tensor.ts"
import { mul } from "./arithmetic.ts"
import { broadcastTo } from "./broadcasting.ts"
import { insertOne, reshape } from "./reshaping.ts"

const integers = (operator: string, indices: Tensor) => {
  if (indices.dtype !== "int") throw new ShapeError(operator, `indices are ${indices.dtype}`, "give int indices")
}

export const gatherOperator: Operator = {
  name: "gather",
  shape: ([table, indices]) => {
    integers("gather", indices)
    if (table.shape.length === 0) throw new ShapeError("gather", "a scalar has no rows")
    return { shape: [...indices.shape, ...table.shape.slice(1)], dtype: table.dtype }
  },
  gradient: ({ node, gradient }) => {
    const [table, indices] = node.inputs
    return [scatterAdd(broadcastTo(constant(0), table.shape), indices, gradient), undefined]
  },
  emit: (emitter, inputs) => emitter.add("Gather", inputs, { axis: int(0) }),
}
/** Rows of a table: result[i..., :] = table[indices[i...], :]. */
export const gather = (table: Tensor, indices: Tensor): Tensor => apply(gatherOperator, [table, indices])

export const scatterAddOperator: Operator = {
  name: "scatterAdd",
  shape: ([into, indices, updates]) => {
    integers("scatterAdd", indices)
    const expected = [...indices.shape, ...into.shape.slice(1)]
    if (showShape(expected) !== showShape(updates.shape))
      throw new ShapeError(
        "scatterAdd",
        `updates are ${showShape(updates.shape)}`,
        `they must be ${showShape(expected)}`,
      )
    return { shape: into.shape, dtype: into.dtype }
  },
  gradient: ({ node, gradient, wanted }) => [
    gradient,
    undefined,
    wanted[2] ? gather(gradient, node.inputs[1]) : undefined,
  ],
  emit: (emitter, [into, indices, updates], node) => {
    const { shape } = node.inputs[1]
    return emitter.add("ScatterND", [into, emitter.reshape(indices, shape, [...shape, 1]), updates], {
      reduction: text("add"),
    })
  },
}
/** `into` with updates[i...] added to row indices[i...]; rows that come twice are added twice. */
export const scatterAdd = (into: Tensor, indices: Tensor, updates: Tensor): Tensor =>
  apply(scatterAddOperator, [into, indices, updates])

export const oneHotOperator: Operator = {
  name: "oneHot",
  shape: ([indices], { depth }) => {
    integers("oneHot", indices)
    return { shape: [...indices.shape, depth], dtype: "float" }
  },
  emit: (emitter, [indices], node) =>
    emitter.add("OneHot", [indices, emitter.dim(node.attributes.depth as number), emitter.offOn()], { axis: int(-1) }),
}
/** 1 at each index of a new last axis, else 0. */
export const oneHot = (indices: Tensor, depth: number): Tensor => apply(oneHotOperator, [indices], { depth })

export const pickOperator: Operator = {
  name: "pick",
  shape: ([x, indices]) => {
    integers("pick", indices)
    if (showShape(x.shape.slice(0, -1)) !== showShape(indices.shape))
      throw new ShapeError(
        "pick",
        `${showShape(indices.shape)} does not choose from the last axis of ${showShape(x.shape)}`,
      )
    return { shape: indices.shape, dtype: x.dtype }
  },
  gradient: ({ node, gradient }) => {
    const [x, indices] = node.inputs
    const wide = insertOne(gradient.shape, gradient.shape.length)
    return [mul(oneHot(indices, x.shape[x.shape.length - 1] as number), reshape(gradient, wide)), undefined]
  },
  emit: (emitter, [x, indices], node) => {
    const { shape } = node
    const picked = emitter.add("GatherElements", [x, emitter.reshape(indices, shape, [...shape, 1])], { axis: int(-1) })
    return emitter.reshape(picked, [...shape, 1], shape)
  },
}
/** One element of the last axis: result[i...] = x[i..., indices[i...]]. */
export const pick = (x: Tensor, indices: Tensor): Tensor => apply(pickOperator, [x, indices])

export const topKMaskOperator: Operator = {
  name: "topKMask",
  shape: ([x]) => ({ shape: x.shape, dtype: "float" }),
  emit: (emitter, [x], node) => {
    const [, indices] = emitter.addMany("TopK", [x, emitter.ints([node.attributes.k as number])], 2, { axis: int(-1) })
    const width = node.shape[node.shape.length - 1]
    const hot = emitter.add("OneHot", [indices, emitter.dim(width), emitter.offOn()], { axis: int(-1) })
    return emitter.add("ReduceSum", [hot, emitter.ints([-2])], { keepdims: int(0) })
  },
}
/** 1 where an element is among the k largest of the last axis, else 0; equal elements go to the lower index. */
export const topKMask = (x: Tensor, k: number): Tensor => {
  const width = x.shape[x.shape.length - 1]
  if (!Number.isInteger(k) || k < 1 || (typeof width === "number" && k > width))
    throw new ShapeError(
      "topKMask",
      `k is ${k} but the last axis of ${showShape(x.shape)} has ${width} elements`,
      `give a whole number from 1 to ${width}`,
    )
  return apply(topKMaskOperator, [x], { k })
}
