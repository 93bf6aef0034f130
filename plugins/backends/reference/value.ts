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

/** Calls visit(flat index, coordinates) for each element. The coordinates are one array that changes. */
export const forEachIndex = (shape: readonly number[], visit: (flat: number, at: readonly number[]) => void): void => {
  const at = new Array<number>(shape.length).fill(0)
  const count = countOf(shape)
  for (let flat = 0; flat < count; flat++) {
    visit(flat, at)
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++at[axis] < shape[axis]) break
      at[axis] = 0
    }
  }
}

/** Position in a tensor that broadcasts by trailing axes, for coordinates of the result. */
export const broadcastIndex = (shape: readonly number[]) => {
  const strides = stridesOf(shape).map((step, axis) => (shape[axis] === 1 ? 0 : step))
  return (at: readonly number[]): number => {
    const lead = at.length - shape.length
    let flat = 0
    for (let axis = 0; axis < shape.length; axis++) flat += at[axis + lead] * strides[axis]
    return flat
  }
}

export const fromHost = (host: HostTensor): Value => ({
  shape: host.shape,
  data:
    host.data instanceof Float64Array ? host.data : Float64Array.from(host.data as Iterable<number | bigint>, Number),
})

export const toHost = ({ shape, data }: Value, dtype: DType): HostTensor => ({
  shape,
  data: dtype === "float" ? data : dtype === "int" ? Int32Array.from(data) : Uint8Array.from(data),
})
