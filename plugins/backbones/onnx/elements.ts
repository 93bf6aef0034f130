/** Element types of stored arrays, and how their bytes are read. */
import type { Numbers } from "./numbers.ts"

type Decode = (bytes: DataView, at: number) => number

export interface ElementType {
  readonly dtype: Numbers["dtype"]
  readonly bytes: number
  readonly decode: Decode
}

/** IEEE half to single: exact. */
const half: Decode = (view, at) => {
  const bits = view.getUint16(at, true)
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023]
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
const float32 = new Float32Array(1)
const bits32 = new Uint32Array(float32.buffer)
const brain: Decode = (view, at) => {
  bits32[0] = view.getUint16(at, true) << 16
  return float32[0]
}

/** By the numbers that TensorProto has for them. */
export const elements: Readonly<Record<number, ElementType>> = {
  1: { dtype: "float", bytes: 4, decode: (view, at) => view.getFloat32(at, true) },
  2: { dtype: "int", bytes: 1, decode: (view, at) => view.getUint8(at) },
  3: { dtype: "int", bytes: 1, decode: (view, at) => view.getInt8(at) },
  5: { dtype: "int", bytes: 2, decode: (view, at) => view.getInt16(at, true) },
  6: { dtype: "int", bytes: 4, decode: (view, at) => view.getInt32(at, true) },
  7: { dtype: "int", bytes: 8, decode: (view, at) => Number(view.getBigInt64(at, true)) },
  9: { dtype: "bool", bytes: 1, decode: (view, at) => view.getUint8(at) },
  10: { dtype: "float", bytes: 2, decode: half },
  11: { dtype: "float", bytes: 8, decode: (view, at) => view.getFloat64(at, true) },
  16: { dtype: "float", bytes: 2, decode: brain },
}

/** The element type of a Cast, by its number. Throws RangeError for one that no encoder needs. */
export const dtypeOf = (type: number): Numbers["dtype"] => {
  const element = elements[type]
  if (!element) throw new RangeError(`element type ${type} is not read`)
  return element.dtype
}
