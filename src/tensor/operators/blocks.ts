/** Rows of [tokens, ...] in blocks of neighbours, as a processor's cache holds them; made when a program is emitted. */
import { type Dim, sameShape } from "../dimension.ts"
import type { Emitter } from "../emitter.ts"
import { int } from "../onnx.ts"
import { apply, type Operator } from "../operator.ts"
import type { Tensor } from "../tensor.ts"

export interface Block {
  readonly index: number
  readonly count: number
  /** Rows of a block where `count` of them are enough; else all rows are shared out. The last ones may have fewer, or none. */
  readonly rows: number
}

/** The name of the rows of a block. */
export const blockDim = (rows: Dim, { index, count }: Block): Dim => `${rows}_${index + 1}of${count}`

export const blockOperator: Operator = {
  name: "block",
  shape: ([x], attributes) => ({
    shape: x.shape.with(0, blockDim(x.shape[0], attributes as Block)),
    dtype: x.dtype,
  }),
  emit: (emitter, [x], node) => {
    const block = node.attributes as unknown as Block
    const { index } = block
    const rows = emitter.dim(node.inputs[0].shape[0])
    return emitter.add("Slice", [
      x,
      begin(emitter, rows, block, index),
      begin(emitter, rows, block, index + 1),
      emitter.ints([0]),
    ])
  },
}

/** The first row of block i, as an int64 vector of one element: min(all, i max(rows, all / count)). */
const begin = (emitter: Emitter, all: string, { rows, count }: Block, i: number): string => {
  if (i === 0) return emitter.ints([0])
  if (i === count) return all
  const size = emitter.once(`rows of ${all}/${count}, ${rows}`, () => {
    const shared = emitter.add("Div", [emitter.add("Add", [all, emitter.ints([count - 1])]), emitter.ints([count])])
    return emitter.add("Max", [shared, emitter.ints([rows])])
  })
  return emitter.once(`${i} x ${size}`, () => emitter.add("Min", [all, emitter.add("Mul", [size, emitter.ints([i])])]))
}

export const blockOf = (x: Tensor, block: Block): Tensor => apply(blockOperator, [x], { ...block })

export const joinedOperator: Operator = {
  name: "joined",
  shape: ([x], { rows }) => ({ shape: x.shape.with(0, rows as Dim), dtype: x.dtype }),
  emit: (emitter, inputs) => emitter.add("Concat", inputs, { axis: int(0) }),
}

/** Blocks in their order, one after the other: [rows, ...]. */
export const joined = (blocks: readonly Tensor[], rows: Dim): Tensor => apply(joinedOperator, blocks, { rows })

/**
 * x, computed no sooner than another value of its shape. onnxruntime computes a value when its first reader comes; so what a
 * later reader keeps of the same numbers is made while they are in the cache.
 */
export const afterOperator: Operator = {
  name: "after",
  shape: ([x, other]) => {
    if (!sameShape(x.shape, other.shape)) throw new Error("`after` orders values of one shape")
    return { shape: x.shape, dtype: x.dtype }
  },
  emit: (emitter, [x, other]) => emitter.add("Reshape", [x, emitter.add("Shape", [other])]),
}

export const after = (x: Tensor, other: Tensor): Tensor => apply(afterOperator, [x, other])
