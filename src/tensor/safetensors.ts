/**
 * The safetensors container: 8 bytes of header length (little endian), a JSON header, then raw arrays.
 * Reads F32, F16, BF16, F64, I32, I64, U8; writes F32, F16, F64, I32, U8.
 */
import type { HostTensor } from "./tensor.ts"

export class SafetensorsError extends Error {
  override readonly name = "SafetensorsError"
}

/** Where a tensor lies in a file. */
export interface StoredTensor {
  readonly name: string
  /** As the file calls it: "F32", "BF16", ... */
  readonly dtype: string
  readonly shape: readonly number[]
  /** Positions of its first byte and of the byte after its last one, counted from the start of the file. */
  readonly start: number
  readonly end: number
}

interface Entry {
  readonly dtype: string
  readonly shape: readonly number[]
  readonly data_offsets: readonly [number, number]
}

const bytesPerElement: Readonly<Record<string, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  U8: 1,
  BOOL: 1,
}

/**
 * What a file holds, without its arrays: `read` gives bytes of it, which has `size` bytes in all.
 * Throws SafetensorsError where the file is cut, or an entry does not fit its shape.
 */
export const safetensorsHeader = (
  read: (start: number, end: number) => Uint8Array,
  size: number,
): { readonly tensors: readonly StoredTensor[]; readonly metadata: Readonly<Record<string, string>> } => {
  if (size < 8) throw new SafetensorsError(`the file holds ${size} bytes, too few for a header`)
  const first = read(0, 8)
  const length = Number(new DataView(first.buffer, first.byteOffset, 8).getBigUint64(0, true))
  if (length > size - 8)
    throw new SafetensorsError(
      `the header claims ${length} bytes, the file has ${size}: it is truncated or no safetensors file`,
    )
  const { __metadata__, ...entries } = headerIn(read(8, 8 + length))
  const tensors = Object.entries(entries).map(([name, entry]) => located(name, entry, 8 + length, size))
  return { tensors, metadata: __metadata__ ?? {} }
}

type Header = Readonly<Record<string, Entry>> & { readonly __metadata__?: Readonly<Record<string, string>> }

const headerIn = (bytes: Uint8Array): Header => {
  let header: unknown
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes))
  } catch {
    throw new SafetensorsError("the header is not JSON")
  }
  if (typeof header !== "object" || header === null) throw new SafetensorsError("the header is not a JSON object")
  const { __metadata__, ...entries } = header as Header
  if (Object.values(__metadata__ ?? {}).some((value) => typeof value !== "string") || typeof __metadata__ === "string")
    throw new SafetensorsError("the metadata of the header is no map of texts")
  for (const [name, entry] of Object.entries(entries))
    if (!isEntry(entry)) throw new SafetensorsError(`the entry of tensor "${name}" has no type, no shape or no place`)
  return header as Header
}

const areSizes = (list: unknown): list is readonly number[] =>
  Array.isArray(list) && list.every((one) => Number.isSafeInteger(one) && one >= 0)

const isEntry = (entry: Partial<Entry> | null): entry is Entry =>
  typeof entry?.dtype === "string" &&
  areSizes(entry.shape) &&
  areSizes(entry.data_offsets) &&
  entry.data_offsets.length === 2 &&
  entry.data_offsets[0] <= entry.data_offsets[1]

const located = (
  name: string,
  { dtype, shape, data_offsets: [from, to] }: Entry,
  body: number,
  size: number,
): StoredTensor => {
  const elements = shape.reduce((a, b) => a * b, 1)
  const width = bytesPerElement[dtype]
  if (width !== undefined && to - from !== elements * width)
    throw new SafetensorsError(
      `tensor "${name}" [${shape}] needs ${elements * width} bytes, its entry names ${to - from}`,
    )
  if (body + to > size)
    throw new SafetensorsError(`tensor "${name}" ends at byte ${to}, the file at ${size - body}: it is truncated`)
  return { name, dtype, shape, start: body + from, end: body + to }
}

/** Rows `from` to `to` (exclusive) of a tensor's first axis, as if they were all: they lie together. */
export const rowsOf = (tensor: StoredTensor, from: number, to: number): StoredTensor => {
  const bytes = (tensor.end - tensor.start) / tensor.shape[0]
  return {
    ...tensor,
    shape: [to - from, ...tensor.shape.slice(1)],
    start: tensor.start + from * bytes,
    end: tensor.start + to * bytes,
  }
}

/**
 * The array in a tensor's bytes: float32 (F16 and BF16 are widened), float64 or integers. It is a view of the bytes where
 * these hold its numbers as they are; they must begin where a number of eight bytes may.
 */
export const decodedTensor = ({ name, dtype, shape }: StoredTensor, bytes: Uint8Array<ArrayBuffer>): HostTensor => {
  const { buffer, byteOffset: at, byteLength: length } = bytes
  switch (dtype) {
    case "F32":
      return { shape, data: new Float32Array(buffer, at, length / 4) }
    case "F64":
      return { shape, data: new Float64Array(buffer, at, length / 8) }
    case "I32":
      return { shape, data: new Int32Array(buffer, at, length / 4) }
    case "I64":
      return { shape, data: Int32Array.from(new BigInt64Array(buffer, at, length / 8), Number) }
    case "BF16":
      return { shape, data: widenBfloat(new Uint16Array(buffer, at, length / 2)) }
    case "F16":
      return { shape, data: widenHalf(new Uint16Array(buffer, at, length / 2)) }
    case "U8":
    case "BOOL":
      return { shape, data: bytes }
    default:
      throw new SafetensorsError(`tensor "${name}" has the unknown type ${dtype}`)
  }
}

/** All tensors of a file. Throws SafetensorsError with what is wrong. */
export const readSafetensors = (
  file: Uint8Array,
): { readonly tensors: Record<string, HostTensor>; readonly metadata: Readonly<Record<string, string>> } => {
  const { tensors, metadata } = safetensorsHeader((start, end) => file.subarray(start, end), file.byteLength)
  return {
    tensors: Object.fromEntries(
      // The copy keeps no hold on the file; the `slice` of a Node Buffer would.
      tensors.map((one) => [one.name, decodedTensor(one, new Uint8Array(file.subarray(one.start, one.end)))]),
    ),
    metadata,
  }
}

const widenBfloat = (halves: Uint16Array): Float32Array => {
  const bits = new Uint32Array(halves.length)
  for (let i = 0; i < bits.length; i++) bits[i] = halves[i] << 16
  return new Float32Array(bits.buffer)
}

/** IEEE half to single: exact. */
const widenHalf = (halves: Uint16Array): Float32Array => {
  const bits = new Uint32Array(halves.length)
  const result = new Float32Array(bits.buffer)
  for (let i = 0; i < bits.length; i++) {
    const sign = (halves[i] & 0x8000) << 16
    const exponent = (halves[i] >> 10) & 31
    const fraction = halves[i] & 1023
    if (exponent === 0) result[i] = (sign ? -1 : 1) * fraction * 2 ** -24
    else bits[i] = sign | ((exponent === 31 ? 255 : exponent + 112) << 23) | (fraction << 13)
  }
  return result
}

/** IEEE single to half, rounded to nearest, ties to even. */
export const toHalf = (values: Float32Array): Uint16Array => {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length)
  const halves = new Uint16Array(values.length)
  for (let i = 0; i < halves.length; i++) {
    const sign = (bits[i] >>> 16) & 0x8000
    const magnitude = bits[i] & 0x7fffffff
    if (magnitude > 0x7f800000) halves[i] = sign | 0x7e00
    else if (magnitude >= 0x477ff000) halves[i] = sign | 0x7c00
    else if (magnitude < 0x38800000) halves[i] = sign | roundToEven(Math.abs(values[i]) * 2 ** 24)
    else halves[i] = sign | roundToEven((magnitude - 0x38000000) / 8192)
  }
  return halves
}

const roundToEven = (value: number): number => {
  const floor = Math.floor(value)
  const rest = value - floor
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor
}

/** Bytes of a file with these tensors, in the order of their names: equal tensors give equal bytes. */
export const writeSafetensors = (
  tensors: Readonly<Record<string, HostTensor>>,
  { half = false, metadata }: { readonly half?: boolean; readonly metadata?: Readonly<Record<string, string>> } = {},
): Uint8Array => {
  const header: Record<string, unknown> = metadata ? { __metadata__: metadata } : {}
  const parts: Uint8Array[] = []
  let offset = 0
  for (const name of Object.keys(tensors).sort()) {
    const { shape, data } = tensors[name]
    const stored = half && data instanceof Float32Array ? toHalf(data) : data
    const dtype =
      stored instanceof Uint16Array
        ? "F16"
        : stored instanceof Float32Array
          ? "F32"
          : stored instanceof Float64Array
            ? "F64"
            : stored instanceof Int32Array
              ? "I32"
              : stored instanceof BigInt64Array
                ? "I64"
                : "U8"
    header[name] = { dtype, shape, data_offsets: [offset, offset + stored.byteLength] }
    parts.push(new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength))
    offset += stored.byteLength
  }
  const text = JSON.stringify(header)
  const json = new TextEncoder().encode(text + " ".repeat((8 - (new TextEncoder().encode(text).length % 8)) % 8))
  const file = new Uint8Array(8 + json.length + offset)
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true)
  file.set(json, 8)
  let at = 8 + json.length
  for (const part of parts) {
    file.set(part, at)
    at += part.length
  }
  return file
}
