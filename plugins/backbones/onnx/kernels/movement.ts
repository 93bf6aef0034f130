/** Operators that move numbers without changing them, and those that make them from shapes. */
import { stridesOf } from "../../../../src/plugin/index.ts"
import { broadcast, commonShape, countOf, madeShape, type Numbers, numbers, strided, whole } from "../numbers.ts"
import { axisOf, type Call, given, type Kernel, type Kernels, listAt, listOf, numberOf } from "./kernel.ts"

/** The shape that a Reshape gives: 0 keeps a dimension, -1 is what is left. */
export const reshaped = (from: readonly number[], to: readonly number[], keepZero: boolean): readonly number[] => {
  const shape = to.map((dim, i) => (dim === 0 && !keepZero ? from[i] : dim))
  const open = shape.indexOf(-1)
  if (open >= 0) shape[open] = countOf(from) / countOf(shape.filter((_, i) => i !== open))
  if (countOf(shape) !== countOf(from) || !shape.every(Number.isInteger))
    throw new RangeError(`[${from}] cannot become [${to}]`)
  return shape
}

export const unsqueezed = (shape: readonly number[], axes: readonly number[]): readonly number[] => {
  const rank = shape.length + axes.length
  const added = new Set(axes.map((axis) => axisOf(axis, rank)))
  const left = [...shape]
  return Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : (left.shift() as number)))
}

export const squeezed = (shape: readonly number[], axes: readonly number[] | undefined): readonly number[] => {
  const removed = new Set(
    axes?.map((axis) => axisOf(axis, shape.length)) ?? shape.flatMap((dim, axis) => (dim === 1 ? [axis] : [])),
  )
  return shape.filter((_, axis) => !removed.has(axis))
}

const inShape = (x: Numbers, shape: readonly number[]): Numbers => ({ ...x, shape })

export interface Cut {
  readonly axis: number
  readonly start: number
  readonly step: number
  readonly count: number
}

/** The cuts of a Slice, each within the bounds of its axis. */
export const cutsOf = (call: Pick<Call, "inputs" | "attributes">, shape: readonly number[]): readonly Cut[] => {
  const starts = listAt(call, 1, "starts") ?? []
  const ends = listAt(call, 2, "ends") ?? []
  const axes = listAt(call, 3, "axes") ?? starts.map((_, i) => i)
  const steps = call.inputs[4] ? [...(call.inputs[4] as Numbers).data] : starts.map(() => 1)
  return axes.map((named, i) => {
    const axis = axisOf(named, shape.length)
    const [size, step] = [shape[axis], steps[i]]
    const within = (value: number) => {
      const from = value < 0 ? value + size : value
      return step > 0 ? Math.min(Math.max(from, 0), size) : Math.min(Math.max(from, -1), size - 1)
    }
    const [start, end] = [within(starts[i]), within(ends[i])]
    return { axis, start, step, count: Math.max(0, Math.ceil((end - start) / step)) }
  })
}

const slice: Kernel = (call) => {
  const x = given(call, 0)
  const [shape, steps] = [[...x.shape], stridesOf(x.shape)]
  let origin = 0
  for (const { axis, start, step, count } of cutsOf(call, x.shape)) {
    origin += start * stridesOf(x.shape)[axis]
    steps[axis] *= step
    shape[axis] = count
  }
  return strided(x, shape, steps, origin)
}

export const permutationOf = ({ attributes }: Pick<Call, "attributes">, rank: number): readonly number[] =>
  listOf(attributes.perm) ?? Array.from({ length: rank }, (_, i) => rank - 1 - i)

const transpose: Kernel = (call) => {
  const x = given(call, 0)
  const permutation = permutationOf(call, x.shape.length)
  const steps = stridesOf(x.shape)
  return strided(
    x,
    permutation.map((axis) => x.shape[axis]),
    permutation.map((axis) => steps[axis]),
  )
}

const concat: Kernel = (call) => {
  const xs = call.inputs as readonly Numbers[]
  const axis = axisOf(numberOf(call.attributes.axis, 0), xs[0].shape.length)
  const shape = xs[0].shape.with(
    axis,
    xs.reduce((sum, x) => sum + x.shape[axis], 0),
  )
  const data = xs.every((x) => x.data instanceof Float32Array)
    ? new Float32Array(countOf(shape))
    : new Float64Array(countOf(shape))
  const outer = countOf(shape.slice(0, axis))
  let at = 0
  for (let o = 0; o < outer; o++)
    for (const x of xs) {
      const run = x.data.length / outer
      data.set(x.data.subarray(o * run, (o + 1) * run), at)
      at += run
    }
  return numbers(xs[0].dtype, shape, data)
}

/** Sizes of the parts of a Split. */
export const partsOf = (call: Call, size: number): readonly number[] => {
  const given = listAt(call, 1, "split")
  if (given) return given
  const parts = numberOf(call.attributes.num_outputs, call.outputs)
  const each = Math.ceil(size / parts)
  return Array.from({ length: parts }, (_, i) => Math.min(each, size - i * each))
}

const split: Kernel = (call) => {
  const x = given(call, 0)
  const axis = axisOf(numberOf(call.attributes.axis, 0), x.shape.length)
  const steps = stridesOf(x.shape)
  let start = 0
  return partsOf(call, x.shape[axis]).map((size) => {
    const part = strided(x, x.shape.with(axis, size), steps, start * steps[axis])
    start += size
    return part
  })
}

const gather: Kernel = (call) => {
  const [x, indices] = [given(call, 0), given(call, 1)]
  const axis = axisOf(numberOf(call.attributes.axis, 0), x.shape.length)
  const [outer, size, run] = [countOf(x.shape.slice(0, axis)), x.shape[axis], countOf(x.shape.slice(axis + 1))]
  const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)]
  const data = x.data instanceof Float32Array ? new Float32Array(countOf(shape)) : new Float64Array(countOf(shape))
  let at = 0
  for (let o = 0; o < outer; o++)
    for (const index of indices.data) {
      const row = axisOf(index, size)
      if (row < 0 || row >= size) throw new RangeError(`index ${index} is outside an axis of ${size}`)
      const from = (o * size + row) * run
      data.set(x.data.subarray(from, from + run), at)
      at += run
    }
  return numbers(x.dtype, shape, data)
}

const gatherND: Kernel = (call) => {
  const [x, indices] = [given(call, 0), given(call, 1)]
  if (numberOf(call.attributes.batch_dims, 0) !== 0) throw new RangeError("batch_dims are not computed")
  const depth = indices.shape[indices.shape.length - 1]
  const steps = stridesOf(x.shape)
  const run = countOf(x.shape.slice(depth))
  const count = indices.data.length / depth
  const data = new Float64Array(count * run)
  for (let i = 0; i < count; i++) {
    let from = 0
    for (let d = 0; d < depth; d++) from += axisOf(indices.data[i * depth + d], x.shape[d]) * steps[d]
    data.set(x.data.subarray(from, from + run), i * run)
  }
  return numbers(x.dtype, [...indices.shape.slice(0, -1), ...x.shape.slice(depth)], data)
}

const gatherElements: Kernel = (call) => {
  const [x, indices] = [given(call, 0), given(call, 1)]
  const axis = axisOf(numberOf(call.attributes.axis, 0), x.shape.length)
  const [own, steps] = [stridesOf(indices.shape), stridesOf(x.shape)]
  const data = indices.data.map((index, flat) => {
    const place = own.reduce((sum, step, k) => {
      const at = Math.floor(flat / step) % indices.shape[k]
      return sum + (k === axis ? axisOf(index, x.shape[axis]) : at) * steps[k]
    }, 0)
    return x.data[place]
  })
  return numbers(x.dtype, indices.shape, data)
}

const range: Kernel = (call) => {
  const [start, limit, delta] = [0, 1, 2].map((i) => given(call, i).data[0])
  const [count] = madeShape([Math.max(0, Math.ceil((limit - start) / delta))])
  return numbers(
    given(call, 0).dtype,
    [count],
    Float64Array.from({ length: count }, (_, i) => start + i * delta),
  )
}

const filled: Kernel = (call) => {
  const shape = madeShape([...given(call, 0).data])
  const value = call.attributes.value as Numbers | undefined
  return numbers(value?.dtype ?? "float", shape, new Float64Array(countOf(shape)).fill(value?.data[0] ?? 0))
}

/** The lower, or the upper, triangle of the last two axes. */
const triangle: Kernel = (call) => {
  const x = given(call, 0)
  const [upper, k] = [numberOf(call.attributes.upper, 1) === 1, call.inputs[1]?.data[0] ?? 0]
  const [rows, columns] = x.shape.slice(-2)
  const kept = (i: number) => {
    const distance = (i % columns) - (Math.floor(i / columns) % rows)
    return upper ? distance >= k : distance <= k
  }
  return { ...x, data: x.data.map((value, i) => (kept(i) ? value : 0)) }
}

const tile: Kernel = (call) => {
  const x = given(call, 0)
  const repeats = [...given(call, 1).data]
  const own = stridesOf(x.shape)
  const doubled = strided(
    x,
    madeShape(x.shape.flatMap((dim, i) => [repeats[i], dim])),
    x.shape.flatMap((_, i) => [0, own[i]]),
  )
  return inShape(
    doubled,
    x.shape.map((dim, i) => dim * repeats[i]),
  )
}

/** The part of a shape that a Shape node asks for. */
export const shapePart = ({ attributes }: Pick<Call, "attributes">, shape: readonly number[]): Numbers =>
  whole(shape.slice(numberOf(attributes.start, 0), numberOf(attributes.end, shape.length)))

export const movement: Kernels = {
  Concat: concat,
  ConstantOfShape: filled,
  Expand: (call) => broadcast(given(call, 0), commonShape([given(call, 0).shape, [...given(call, 1).data]])),
  Flatten: (call) => {
    const x = given(call, 0)
    const axis = axisOf(numberOf(call.attributes.axis, 1), x.shape.length)
    return inShape(x, [countOf(x.shape.slice(0, axis)), countOf(x.shape.slice(axis))])
  },
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherND,
  Range: range,
  Reshape: (call) =>
    inShape(given(call, 0), reshaped(given(call, 0).shape, [...given(call, 1).data], call.attributes.allowzero === 1)),
  Shape: (call) => shapePart(call, given(call, 0).shape),
  Size: (call) => numbers("int", [], [countOf(given(call, 0).shape)]),
  Slice: slice,
  Split: split,
  Squeeze: (call) => inShape(given(call, 0), squeezed(given(call, 0).shape, listAt(call, 1, "axes"))),
  Tile: tile,
  Transpose: transpose,
  Trilu: triangle,
  Unsqueeze: (call) => inShape(given(call, 0), unsqueezed(given(call, 0).shape, listAt(call, 1, "axes") ?? [])),
}
