/** Arrays with numbers, as an import computes with them: whole numbers and conditions are kept as floats. */
import { type DType, type HostTensor, stridesOf } from "../../../src/plugin/index.ts"

export interface Numbers {
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly data: Float32Array | Float64Array
}

export const countOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

/** An import computes shapes, positions and masks: 1 GiB of them is a mistake. */
const MOST = 2 ** 27

/** The shape of an array that is made larger than what it is made of. Throws RangeError where it is none, or too large. */
export const madeShape = (shape: readonly number[]): readonly number[] => {
  const few = shape.length > 5 ? `${shape.slice(0, 5).join(", ")}, ...` : shape.join(", ")
  if (!shape.every((dim) => Number.isSafeInteger(dim) && dim >= 0)) throw new RangeError(`[${few}] is no shape`)
  if (countOf(shape) > MOST) throw new RangeError(`an array of [${few}] is not made: it has more than ${MOST} numbers`)
  return shape
}

export const numbers = (dtype: DType, shape: readonly number[], data: ArrayLike<number>): Numbers => ({
  dtype,
  shape,
  data: data instanceof Float32Array || data instanceof Float64Array ? data : Float64Array.from(data),
})

/** A vector of whole numbers. */
export const whole = (values: readonly number[]): Numbers => numbers("int", [values.length], values)

export const same = (a: Numbers, b: Numbers): boolean =>
  a.dtype === b.dtype && sameList(a.shape, b.shape) && sameList(a.data, b.data)

export const sameList = (a: ArrayLike<number>, b: ArrayLike<number>): boolean => {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

export const hostOf = ({ dtype, shape, data }: Numbers): HostTensor => ({
  shape,
  data: dtype === "float" ? (data instanceof Float32Array ? data : Float32Array.from(data)) : Int32Array.from(data),
})

/**
 * An array of some shape whose element at coordinates c is that of `x` at the place origin + sum_axis c_axis steps_axis:
 * every cut, turn and repetition of an array is one of these.
 */
export const strided = (x: Numbers, shape: readonly number[], steps: readonly number[], origin = 0): Numbers => {
  const count = countOf(shape)
  const data = x.data instanceof Float32Array ? new Float32Array(count) : new Float64Array(count)
  const last = shape.length - 1
  const [run, stride] = last < 0 ? [1, 0] : [shape[last], steps[last]]
  const at = new Array<number>(shape.length).fill(0)
  let place = origin
  for (let flat = 0; flat < count; ) {
    for (let i = 0, from = place; i < run; i++, from += stride) data[flat++] = x.data[from]
    for (let axis = last - 1; axis >= 0; axis--) {
      place += steps[axis]
      if (++at[axis] < shape[axis]) break
      place -= steps[axis] * shape[axis]
      at[axis] = 0
    }
  }
  return { dtype: x.dtype, shape, data }
}

/** x repeated along missing axes and axes of size 1. */
export const broadcast = (x: Numbers, shape: readonly number[]): Numbers => {
  if (sameList(x.shape, shape)) return x
  madeShape(shape)
  const lead = shape.length - x.shape.length
  const own = stridesOf(x.shape)
  return strided(
    x,
    shape,
    shape.map((_, axis) => (axis < lead || x.shape[axis - lead] === 1 ? 0 : own[axis - lead])),
  )
}

/** The shape that shapes broadcast to. Throws RangeError where they do not. */
export const commonShape = (shapes: readonly (readonly number[])[]): readonly number[] =>
  shapes.reduce((a, b) => {
    const rank = Math.max(a.length, b.length)
    return Array.from({ length: rank }, (_, i) => {
      const [da, db] = [a[i - rank + a.length] ?? 1, b[i - rank + b.length] ?? 1]
      if (da !== db && da !== 1 && db !== 1) throw new RangeError(`[${a}] and [${b}] do not broadcast`)
      return da === 1 ? db : da
    })
  })
