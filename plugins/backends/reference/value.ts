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

/** Where the elements of a shape lie, in their order, when a step along each axis moves on by as much as `steps` says. */
export const positions = (shape: readonly number[], steps: readonly number[], first = 0): Int32Array => {
  const found = new Int32Array(countOf(shape))
  const at = new Array<number>(shape.length).fill(0)
  let position = first
  for (let flat = 0; flat < found.length; flat++) {
    found[flat] = position
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      position += steps[axis]
      if (++at[axis] < shape[axis]) break
      position -= shape[axis] * steps[axis]
      at[axis] = 0
    }
  }
  return found
}

/** Where a tensor of shape `from` has the elements of what it is broadcast to by trailing axes. */
export const broadcast = (from: readonly number[], to: readonly number[]): Int32Array => {
  const strides = stridesOf(from).map((step, axis) => (from[axis] === 1 ? 0 : step))
  return positions(to, [...Array<number>(to.length - from.length).fill(0), ...strides])
}

/** The numbers at these places. */
export const taken = (data: Float64Array, places: Int32Array): Float64Array => {
  const result = new Float64Array(places.length)
  for (let i = 0; i < places.length; i++) result[i] = data[places[i]]
  return result
}

/** The numbers of a tensor that is broadcast to a shape. */
export const spread = ({ shape, data }: Value, to: readonly number[]): Float64Array =>
  data.length === countOf(to) ? data : taken(data, broadcast(shape, to))

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
