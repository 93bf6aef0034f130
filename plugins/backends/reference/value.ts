/** Numbers of a run: every element type is kept in float64; integers and conditions are whole numbers. */
import { type DType, type HostTensor, stridesOf } from "../../../src/plugin/index.ts"

export interface Value {
  readonly shape: readonly number[]
  readonly data: Float64Array
}

/** What a kernel sees: the values of the inputs, the attributes of the node, and the shape that its result has in this run. */
export interface Call {
  readonly inputs: readonly Value[]
  readonly attributes: Readonly<Record<string, any>>
  readonly shape: readonly number[]
  /** The value of a dimension in this run. */
  readonly dim: (dim: number | string) => number
}

export type Kernel = (call: Call) => Float64Array
export type Kernels = Readonly<Record<string, Kernel>>

export const countOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

/** Calls visit(flat index, place) for each element, in order: its place is the sum of its coordinates times their steps. */
export const forEachPlace = (
  shape: readonly number[],
  steps: readonly number[],
  visit: (flat: number, place: number) => void,
): void => {
  const at = new Array<number>(shape.length).fill(0)
  const count = countOf(shape)
  let place = 0
  for (let flat = 0; flat < count; flat++) {
    visit(flat, place)
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place += steps[axis]
      if (++at[axis] < shape[axis]) break
      place -= at[axis] * steps[axis]
      at[axis] = 0
    }
  }
}

/** The steps in a tensor that broadcasts by trailing axes, for coordinates of a result with so many axes. */
export const broadcastSteps = (shape: readonly number[], axes: number): readonly number[] => [
  ...new Array<number>(axes - shape.length).fill(0),
  ...stridesOf(shape).map((step, axis) => (shape[axis] === 1 ? 0 : step)),
]

/** The numbers of a tensor on a shape that it broadcasts to. */
export const broadcast = ({ shape: own, data }: Value, shape: readonly number[]): Float64Array => {
  const count = countOf(shape)
  if (data.length === count) return data
  const result = new Float64Array(count)
  if (data.length === 1) return result.fill(data[0])
  forEachPlace(shape, broadcastSteps(own, shape.length), (flat, place) => {
    result[flat] = data[place]
  })
  return result
}

export const fromHost = ({ shape, data }: HostTensor): Value => ({
  shape,
  data:
    data instanceof Float64Array
      ? data
      : data instanceof BigInt64Array
        ? Float64Array.from(data, Number)
        : new Float64Array(data),
})

export const toHost = ({ shape, data }: Value, dtype: DType): HostTensor => ({
  shape,
  data: dtype === "float" ? data : dtype === "int" ? Int32Array.from(data) : Uint8Array.from(data),
})
