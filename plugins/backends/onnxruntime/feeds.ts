/** Host tensors to onnxruntime's and back. */
import type { DType, HostTensor, OnnxValue } from "../../../src/plugin/index.ts"

/** The wire form of a fed tensor: float32, int64 or bool. Float32Array and BigInt64Array pass without a copy. */
export const wireData = (
  value: OnnxValue,
  host: HostTensor,
): readonly ["float32" | "int64" | "bool", Float32Array | BigInt64Array | Uint8Array] => {
  const { data } = host
  mustFit(value, host)
  switch (value.dtype) {
    case "float":
      if (data instanceof Float32Array) return ["float32", data]
      if (data instanceof Float64Array) return ["float32", Float32Array.from(data)]
      break
    case "int":
      if (data instanceof BigInt64Array) return ["int64", data]
      if (data instanceof Int32Array) return ["int64", BigInt64Array.from(data, BigInt)]
      break
    case "bool":
      if (data instanceof Uint8Array) return ["bool", data]
  }
  throw new TypeError(
    `"${value.name}" is fed with a ${data.constructor.name}, but it is ${value.dtype}; give ${expected[value.dtype]}`,
  )
}

const expected: Readonly<Record<DType, string>> = {
  float: "a Float32Array or Float64Array",
  int: "an Int32Array or BigInt64Array",
  bool: "a Uint8Array",
}

const mustFit = ({ name, shape }: OnnxValue, host: HostTensor): void => {
  const fits =
    shape.length === host.shape.length && shape.every((dim, i) => typeof dim === "string" || dim === host.shape[i])
  const count = host.shape.reduce((a, b) => a * b, 1)
  if (!fits)
    throw new RangeError(`"${name}" is fed with shape [${host.shape.join(", ")}], but it is [${shape.join(", ")}]`)
  if (count !== host.data.length)
    throw new RangeError(
      `"${name}" is fed with ${host.data.length} numbers, but shape [${host.shape.join(", ")}] holds ${count}`,
    )
}

/** A result: float32 as it is, int64 as Int32Array where every value fits. */
export const hostTensor = (shape: readonly number[], data: unknown): HostTensor => {
  if (!(data instanceof BigInt64Array)) return { shape, data: data as HostTensor["data"] }
  const fits = data.every((value) => value >= -2147483648n && value <= 2147483647n)
  return { shape, data: fits ? Int32Array.from(data, Number) : data }
}
