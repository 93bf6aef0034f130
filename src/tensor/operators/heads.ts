/** Between a packed batch [tokens, heads d] and the heads of attention [examples, heads, length, d]: one gather of rows of a head each. */
import type { Dim } from "../dimension.ts"
import type { Emitter } from "../emitter.ts"
import { int } from "../onnx.ts"
import { apply, type Operator } from "../operator.ts"
import type { Tensor } from "../tensor.ts"

/** [tokens, heads d] and [examples, length] places to [examples, heads, length, d]. */
export const toHeadsOperator: Operator = {
  name: "toHeads",
  shape: ([x, pad], { heads }) => {
    const [examples, length] = pad.shape
    return { shape: [examples, heads, length, (x.shape[1] as number) / heads], dtype: x.dtype }
  },
  emit: (emitter, [x, pad], node) => {
    const { heads, full } = node.attributes as { heads: number; full: boolean }
    const width = node.inputs[0].shape[1] as number
    const rows = full ? x : emitter.add("Concat", [x, emitter.zeros([1, width])], { axis: int(0) })
    const flat = emitter.add("Reshape", [rows, emitter.ints([-1, width / heads])])
    return emitter.add("Gather", [flat, ofHeads(emitter, pad, heads)], { axis: int(0) })
  },
}
/** `full`: every place has a token; else those that have none are zeros. */
export const toHeads = (x: Tensor, pad: Tensor, heads: number, full: boolean): Tensor =>
  apply(toHeadsOperator, [x, pad], { heads, full })

/** place -> rows place heads + h: [examples, length] to [examples, heads, length]. */
const ofHeads = (emitter: Emitter, places: string, heads: number): string =>
  emitter.once(`heads ${places} ${heads}`, () => {
    const first = emitter.add("Mul", [emitter.add("Unsqueeze", [places, emitter.ints([1])]), emitter.ints([heads])])
    return emitter.add("Add", [first, emitter.column(heads)])
  })

/** [examples, heads, length, d] and the padded places of the tokens to [tokens, heads d]. */
export const fromHeadsOperator: Operator = {
  name: "fromHeads",
  shape: ([y, unpad]) => ({
    shape: [unpad.shape[0], (y.shape[1] as number) * (y.shape[3] as number)],
    dtype: y.dtype,
  }),
  emit: (emitter, [y, unpad], node) => {
    const [, heads, length, width] = node.inputs[0].shape as [Dim, number, Dim, number]
    const flat = emitter.add("Reshape", [y, emitter.ints([-1, width])])
    const rows = emitter.once(`from heads ${unpad} ${heads} ${length}`, () => {
      const places = emitter.dim(length)
      const example = emitter.add("Div", [unpad, places])
      const others = emitter.add("Mul", [example, emitter.add("Mul", [places, emitter.ints([heads - 1])])])
      const first = emitter.add("Unsqueeze", [emitter.add("Add", [unpad, others]), emitter.ints([1])])
      const ofHead = emitter.add("Mul", [emitter.range(heads), places])
      return emitter.add("Add", [first, ofHead])
    })
    const taken = emitter.add("Gather", [flat, rows], { axis: int(0) })
    return emitter.add("Reshape", [taken, emitter.ints([-1, heads * width])])
  },
}
export const fromHeads = (y: Tensor, unpad: Tensor): Tensor => apply(fromHeadsOperator, [y, unpad])
