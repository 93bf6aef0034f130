/** Sums, means, maxima and arg maxima along axes. */
import { stridesOf } from "../../../../src/plugin/index.ts"
import { countOf, forEachPlace, type Kernel, type Kernels } from "../value.ts"

const reduce =
  (start: number, f: (sofar: number, x: number) => number): Kernel =>
  ({ inputs: [x], attributes, shape }) => {
    const result = new Float64Array(countOf(shape)).fill(start)
    const axes: readonly number[] = attributes.axes
    const kept = stridesOf(x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))).map((step, axis) =>
      axes.includes(axis) ? 0 : step,
    )
    forEachPlace(x.shape, kept, (flat, place) => {
      result[place] = f(result[place], x.data[flat])
    })
    return result
  }

const sum = reduce(0, (a, b) => a + b)

const mean: Kernel = (call) => {
  const [x] = call.inputs
  const count = (call.attributes.axes as number[]).reduce((product, axis) => product * x.shape[axis], 1)
  return sum(call).map((value) => value / count)
}

const argmax: Kernel = ({ inputs: [x], attributes, shape }) => {
  const step = stridesOf(x.shape)[attributes.axis]
  const size = x.shape[attributes.axis]
  return new Float64Array(countOf(shape)).map((_, flat) => {
    const first = Math.floor(flat / step) * step * size + (flat % step)
    let best = 0
    for (let i = 1; i < size; i++) if (x.data[first + i * step] > x.data[first + best * step]) best = i
    return best
  })
}

export const reduction: Kernels = { sum, mean, max: reduce(Number.NEGATIVE_INFINITY, Math.max), argmax }
