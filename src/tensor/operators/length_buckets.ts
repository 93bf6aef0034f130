/**
 * Length buckets: examples of a batch that are of like length, for what works on the padded shape, so that a short text does not
 * pay for the longest. Made when a program is emitted. Examples are taken in the order of their lengths, each bucket padded to
 * its own longest.
 */
import type { Dim, Shape } from "../dimension.ts"
import type { Emitter } from "../emitter.ts"
import { int } from "../onnx.ts"
import { apply, type Operator } from "../operator.ts"
import type { Tensor } from "../tensor.ts"

/** One of `count` buckets of about as many examples each. */
export interface Bucket {
  readonly index: number
  readonly count: number
}

/** A dimension of the batch as the bucket has it. */
export const bucketDim = (dim: Dim, { index, count }: Bucket): Dim =>
  typeof dim === "string" ? dim.replace(/\b(examples|([a-z]+_)?length)\b/g, `$1_${index + 1}of${count}`) : dim

export const bucketShape = (shape: Shape, bucket: Bucket): Shape => shape.map((dim) => bucketDim(dim, bucket))

/** Of a value of every place, [examples, length], those of a bucket's examples. Reads (value, mask). */
export const bucketOperator: Operator = {
  name: "bucket",
  shape: ([x], attributes) => ({ shape: bucketShape(x.shape, attributes as Bucket), dtype: x.dtype }),
  emit: (emitter, [x, mask], node) => {
    const bucket = node.attributes as unknown as Bucket
    const { order, begin, end, longest } = membersOf(emitter, mask, bucket)
    const members = emitter.once(`members ${order} ${begin}`, () =>
      emitter.add("Slice", [order, begin, end, emitter.ints([0])]),
    )
    const rows = emitter.add("Gather", [x, members], { axis: int(0) })
    return emitter.add("Slice", [rows, emitter.ints([0]), longest, emitter.ints([1])])
  },
}
export const inBucket = (x: Tensor, mask: Tensor, bucket: Bucket): Tensor =>
  apply(bucketOperator, [x, mask], { ...bucket })

interface Members {
  /** All examples by their lengths, shortest first. */
  readonly order: string
  /** Places in it, and the length of the longest, each an int64 vector of one element. */
  readonly begin: string
  readonly end: string
  readonly longest: string
}

const membersOf = (emitter: Emitter, mask: string, { index, count }: Bucket): Members => {
  const { lengths, order } = sorted(emitter, mask)
  const examples = emitter.once(`examples ${mask}`, () => emitter.add("Shape", [order]))
  const at = (i: number) =>
    emitter.once(`${examples} ${i}/${count}`, () => {
      if (i === 0) return emitter.ints([0])
      if (i === count) return examples
      return emitter.add("Div", [emitter.add("Mul", [examples, emitter.ints([i])]), emitter.ints([count])])
    })
  const longest = emitter.once(`longest ${mask} ${index + 1}/${count}`, () => {
    const last = emitter.add("Max", [emitter.add("Sub", [at(index + 1), emitter.ints([1])]), emitter.ints([0])])
    return emitter.add("Gather", [lengths, last], { axis: int(0) })
  })
  return { order, begin: at(index), end: at(index + 1), longest }
}

/** The lengths of the texts in order, and whose they are. Equal ones stay in the order of the batch. */
const sorted = (emitter: Emitter, mask: string): { readonly lengths: string; readonly order: string } =>
  emitter.once(`sorted ${mask}`, () => {
    const sums = emitter.add("ReduceSum", [mask, emitter.ints([1])], { keepdims: int(0) })
    const whole = emitter.add("Cast", [sums], { to: int(7) })
    const all = emitter.add("Shape", [whole])
    const [lengths, order] = emitter.addMany("TopK", [whole, all], 2, { largest: int(0) })
    return { lengths, order }
  })

/** [examples, heads, length, d] of every bucket, and the padded places of the tokens, to [tokens, heads d]. Reads (mask, unpad, ...buckets). */
export const fromBucketsOperator: Operator = {
  name: "fromBuckets",
  shape: ([, unpad, y]) => ({
    shape: [unpad.shape[0], (y.shape[1] as number) * (y.shape[3] as number)],
    dtype: y.dtype,
  }),
  emit: (emitter, [mask, unpad, ...buckets], node) => {
    const [, heads, , width] = node.inputs[2].shape as [Dim, number, Dim, number]
    const count = buckets.length
    const flat = buckets.map((y) => emitter.add("Reshape", [y, emitter.ints([-1, width])]))
    const rows = emitter.once(`from buckets ${unpad} ${heads} ${count}`, () =>
      rowsOf(emitter, mask, unpad, heads, count),
    )
    const taken = emitter.add("Gather", [emitter.add("Concat", flat, { axis: int(0) }), rows], { axis: int(0) })
    return emitter.add("Reshape", [taken, emitter.ints([-1, heads * width])])
  },
}
export const fromBuckets = (buckets: readonly Tensor[], mask: Tensor, unpad: Tensor): Tensor =>
  apply(fromBucketsOperator, [mask, unpad, ...buckets])

/**
 * Where each head of each token stands among the rows of all buckets, one after the other: [tokens, heads]. The row of head h at
 * place l of the example that is r-th in its bucket is (rows before the bucket) + (r heads + h) longest + l.
 */
const rowsOf = (emitter: Emitter, mask: string, unpad: string, heads: number, count: number): string => {
  const length = emitter.add("Shape", [mask], { start: int(1), end: int(2) })
  const example = emitter.add("Div", [unpad, length])
  const place = emitter.add("Sub", [unpad, emitter.add("Mul", [example, length])])
  let before = emitter.ints([0])
  const first: string[] = []
  const step: string[] = []
  for (let index = 0; index < count; index++) {
    const { begin, end, longest } = membersOf(emitter, mask, { index, count })
    const members = emitter.add("Sub", [end, begin])
    const rows = emitter.add("Mul", [longest, emitter.ints([heads])])
    const scalar = emitter.add("Reshape", [members, emitter.ints([])])
    const range = emitter.add("Range", [emitter.ints(0), scalar, emitter.ints(1)])
    first.push(emitter.add("Add", [before, emitter.add("Mul", [range, rows])]))
    step.push(emitter.add("Expand", [longest, members]))
    before = emitter.add("Add", [before, emitter.add("Mul", [members, rows])])
  }
  const { order } = sorted(emitter, mask)
  const [, rank] = emitter.addMany("TopK", [order, emitter.add("Shape", [order])], 2, { largest: int(0) })
  const ofToken = (parts: readonly string[]) => {
    const inOrder = emitter.add("Concat", parts, { axis: int(0) })
    const ofExample = emitter.add("Gather", [inOrder, rank], { axis: int(0) })
    return emitter.add("Gather", [ofExample, example], { axis: int(0) })
  }
  const start = emitter.add("Unsqueeze", [emitter.add("Add", [ofToken(first), place]), emitter.ints([1])])
  const ofHead = emitter.add("Mul", [
    emitter.add("Unsqueeze", [ofToken(step), emitter.ints([1])]),
    emitter.range(heads),
  ])
  return emitter.add("Add", [start, ofHead])
}
