/** Sums over axes, and what is made of them: means, softmax, matrix products, normalisation. */
import { stridesOf } from "../../../../src/plugin/index.ts"
import { broadcast, commonShape, countOf, type Numbers, numbers, strided } from "../numbers.ts"
import { axisOf, type Call, given, type Kernel, type Kernels, listAt, numberOf } from "./kernel.ts"

/** The axes of a reduction; an empty list means all, unless `noop_with_empty_axes`. */
export const reducedAxes = (call: Pick<Call, "inputs" | "attributes">, rank: number): readonly number[] => {
  const axes = listAt(call, 1, "axes") ?? []
  if (axes.length > 0) return axes.map((axis) => axisOf(axis, rank))
  return call.attributes.noop_with_empty_axes === 1 ? [] : Array.from({ length: rank }, (_, axis) => axis)
}

export const reducedShape = (shape: readonly number[], axes: readonly number[], keep: boolean): readonly number[] =>
  keep ? shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim)) : shape.filter((_, axis) => !axes.includes(axis))

/** What is reduced comes to stand last; each run of it becomes one number. */
const reduction =
  (f: (run: Float64Array) => number): Kernel =>
  (call) => {
    const x = given(call, 0)
    const axes = reducedAxes(call, x.shape.length)
    const kept = x.shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]))
    const steps = stridesOf(x.shape)
    const order = [...kept, ...axes]
    const turned = strided(
      { ...x, data: new Float64Array(x.data) },
      order.map((axis) => x.shape[axis]),
      order.map((axis) => steps[axis]),
    )
    const run = countOf(axes.map((axis) => x.shape[axis]))
    const runs = turned.data as Float64Array
    const data = Float64Array.from({ length: runs.length / run }, (_, i) => f(runs.subarray(i * run, (i + 1) * run)))
    return numbers(x.dtype, reducedShape(x.shape, axes, numberOf(call.attributes.keepdims, 1) === 1), data)
  }

const sum = (run: Float64Array): number => run.reduce((a, b) => a + b, 0)

/** a b over the last two axes. */
export const product = (a: Numbers, b: Numbers): Numbers => {
  const [rows, inner] = a.shape.slice(-2)
  const columns = b.shape[b.shape.length - 1]
  if (b.shape[b.shape.length - 2] !== inner) throw new RangeError(`[${a.shape}] x [${b.shape}] do not fit`)
  const batch = commonShape([a.shape.slice(0, -2), b.shape.slice(0, -2)])
  const [x, y] = [broadcast(a, [...batch, rows, inner]).data, broadcast(b, [...batch, inner, columns]).data]
  const data = new Float64Array(countOf(batch) * rows * columns)
  for (let m = 0; m < countOf(batch); m++)
    for (let r = 0; r < rows; r++)
      for (let k = 0; k < inner; k++) {
        const factor = x[(m * rows + r) * inner + k]
        for (let c = 0; c < columns; c++)
          data[(m * rows + r) * columns + c] += factor * y[(m * inner + k) * columns + c]
      }
  return numbers(a.dtype, [...batch, rows, columns], data)
}

/** Rows of the last axis, each by a function of it. */
const byRow = (x: Numbers, f: (row: Float64Array) => Float64Array): Numbers => {
  const width = x.shape[x.shape.length - 1]
  const data = new Float64Array(x.data.length)
  for (let at = 0; at < data.length; at += width) data.set(f(new Float64Array(x.data.subarray(at, at + width))), at)
  return { ...x, data }
}

const softmax: Kernel = (call) => {
  const x = given(call, 0)
  if (axisOf(numberOf(call.attributes.axis, -1), x.shape.length) !== x.shape.length - 1)
    throw new RangeError("softmax is computed over the last axis alone")
  return byRow(x, (row) => {
    const most = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
    const weights = row.map((value) => Math.exp(value - most))
    const total = sum(weights)
    return weights.map((value) => value / total)
  })
}

/** (x - centre) / sqrt(mean((x - centre)^2) + epsilon) gain + bias over the last axis. */
const normalised =
  (centred: boolean): Kernel =>
  (call) => {
    const x = given(call, 0)
    const [gain, bias] = [call.inputs[1], centred ? call.inputs[2] : undefined]
    const epsilon = numberOf(call.attributes.epsilon, 1e-5)
    return byRow(x, (row) => {
      const centre = centred ? sum(row) / row.length : 0
      const rest = row.map((value) => value - centre)
      const deviation = Math.sqrt(sum(rest.map((value) => value * value)) / row.length + epsilon)
      return rest.map((value, i) => (value / deviation) * (gain?.data[i] ?? 1) + (bias?.data[i] ?? 0))
    })
  }

const cumulated: Kernel = (call) => {
  const x = given(call, 0)
  const axis = axisOf(given(call, 1).data[0], x.shape.length)
  if (call.attributes.exclusive === 1 || call.attributes.reverse === 1)
    throw new RangeError("only plain sums are computed")
  const [size, step] = [x.shape[axis], stridesOf(x.shape)[axis]]
  const data = new Float64Array(x.data)
  for (let i = 0; i < data.length; i++) if (Math.floor(i / step) % size > 0) data[i] += data[i - step]
  return { ...x, data }
}

export const reducing: Kernels = {
  CumSum: cumulated,
  LayerNormalization: normalised(true),
  MatMul: (call) => product(given(call, 0), given(call, 1)),
  RMSNormalization: normalised(false),
  ReduceMax: reduction((run) => run.reduce((a, b) => Math.max(a, b))),
  ReduceMean: reduction((run) => sum(run) / run.length),
  ReduceMin: reduction((run) => run.reduce((a, b) => Math.min(a, b))),
  ReduceProd: reduction((run) => run.reduce((a, b) => a * b, 1)),
  ReduceSum: reduction(sum),
  Softmax: softmax,
}
