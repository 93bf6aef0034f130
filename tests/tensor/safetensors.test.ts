/** The container of arrays: what is written is read again, whole or piece by piece, and damage is said. */
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import {
  decodedTensor,
  readSafetensors,
  rowsOf,
  SafetensorsError,
  safetensorsHeader,
  toHalf,
  writeSafetensors,
} from "../../src/tensor/safetensors.ts"
import type { HostTensor } from "../../src/tensor/tensor.ts"

const floats = (...values: number[]): HostTensor => ({ shape: [values.length], data: Float32Array.from(values) })

/** The parts of a file that were asked for, and what is in them. */
const opened = (file: Uint8Array) => {
  const asked: [number, number][] = []
  const read = (start: number, end: number) => {
    asked.push([start, end])
    return file.subarray(start, end)
  }
  return { ...safetensorsHeader(read, file.byteLength), asked }
}

test("rows of a tensor are read from their own bytes, and the header alone says where all are", () => {
  const table = { shape: [4, 3], data: Float32Array.from({ length: 12 }, (_, i) => i / 4) }
  const file = writeSafetensors({ a: floats(9, 9), table, z: floats(7) }, { metadata: { format: "pt" } })
  const { tensors, metadata, asked } = opened(file)
  assert.deepEqual(metadata, { format: "pt" })
  assert.deepEqual(
    tensors.map(({ name, dtype, shape }) => [name, dtype, shape]),
    [
      ["a", "F32", [2]],
      ["table", "F32", [4, 3]],
      ["z", "F32", [1]],
    ],
  )
  assert.ok(Math.max(...asked.map(([, end]) => end)) <= tensors[0].start)
  const rows = rowsOf(tensors[1], 1, 3)
  assert.equal(rows.end - rows.start, 24)
  const { shape, data } = decodedTensor(rows, new Uint8Array(file.subarray(rows.start, rows.end)))
  assert.deepEqual(
    [shape, [...data]],
    [
      [2, 3],
      [0.75, 1, 1.25, 1.5, 1.75, 2],
    ],
  )
})

test("what is written is read again", () => {
  const array = fc.oneof(
    fc.array(fc.float({ noNaN: true })).map((values) => Float32Array.from(values)),
    fc.array(fc.double({ noNaN: true })).map((values) => Float64Array.from(values)),
    fc.array(fc.integer()).map((values) => Int32Array.from(values)),
    fc.array(fc.nat(255)).map((values) => Uint8Array.from(values)),
  )
  const name = fc.string().filter((text) => text !== "__metadata__" && text !== "__proto__")
  fc.assert(
    fc.property(fc.dictionary(name, array), (arrays) => {
      const tensors = Object.fromEntries(
        Object.entries(arrays).map(([key, data]) => [key, { shape: [data.length], data }]),
      )
      assert.deepEqual(readSafetensors(writeSafetensors(tensors)).tensors, tensors)
    }),
    { numRuns: 50 },
  )
})

test("bfloat16 is the upper half of a float32, float16 is widened exactly", () => {
  const values = Float32Array.of(1, -2.5, 65504, 2 ** -24, 0)
  const header = (dtype: string) => JSON.stringify({ x: { dtype, shape: [5], data_offsets: [0, 10] } })
  const file = (dtype: string, halves: Uint16Array) => packed(header(dtype), new Uint8Array(halves.buffer))
  assert.deepEqual(readSafetensors(file("F16", toHalf(values))).tensors.x.data, values)
  const upper = Uint16Array.from(new Uint32Array(Float32Array.of(1, -2.5, 3, 0.5, 0).buffer), (bits) => bits >>> 16)
  assert.deepEqual(readSafetensors(file("BF16", upper)).tensors.x.data, Float32Array.of(1, -2.5, 3, 0.5, 0))
})

/** A file of a header and a body. */
const packed = (header: string, body: Uint8Array = new Uint8Array(8)): Uint8Array => {
  const text = new TextEncoder().encode(header)
  const file = new Uint8Array(8 + text.length + body.length)
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true)
  file.set(text, 8)
  file.set(body, 8 + text.length)
  return file
}
const entry = (more: object) =>
  packed(JSON.stringify({ x: { dtype: "F32", shape: [2], data_offsets: [0, 8], ...more } }))

const damaged: readonly (readonly [string, Uint8Array, RegExp])[] = [
  ["nothing", new Uint8Array(3), /holds 3 bytes, too few for a header/],
  ["a header longer than the file", packed("{}").fill(255, 0, 7), /the header claims \d+ bytes, the file has 18/],
  ["a header that is no JSON", packed("{x"), /not JSON/],
  ["a header that is no object", packed("null"), /not a JSON object/],
  [
    "an entry without a shape",
    packed('{"x":{"dtype":"F32","data_offsets":[0,8]}}'),
    /"x" has no type, no shape or no place/,
  ],
  ["an entry before the file", entry({ data_offsets: [-8, 0] }), /"x" has no type, no shape or no place/],
  [
    "an entry that ends before it begins",
    entry({ dtype: "F8", data_offsets: [8, 0] }),
    /"x" has no type, no shape or no/,
  ],
  ["an entry between two bytes", entry({ data_offsets: [0.5, 8.5] }), /"x" has no type, no shape or no place/],
  ["an entry with one place", entry({ dtype: "F8", data_offsets: [0] }), /"x" has no type, no shape or no place/],
  ["sizes that are texts", entry({ shape: ["2"] }), /"x" has no type, no shape or no place/],
  ["sizes below nothing", entry({ shape: [-1, -2] }), /"x" has no type, no shape or no place/],
  ["an entry without a type", entry({ dtype: 5 }), /"x" has no type, no shape or no place/],
  ["an entry that is none", packed('{"x":null}'), /"x" has no type, no shape or no place/],
  [
    "metadata that are no texts",
    packed('{"__metadata__":{"format":5}}'),
    /the metadata of the header is no map of texts/,
  ],
  ["metadata that are one text", packed('{"__metadata__":"pt"}'), /the metadata of the header is no map of texts/],
  ["an entry of another size", entry({ shape: [3] }), /"x" \[3\] needs 12 bytes, its entry names 8/],
  ["an entry beyond the file", entry({ shape: [4], data_offsets: [0, 16] }), /"x" ends at byte 16, the file at 8/],
  ["a type that is not known", entry({ dtype: "F8_E4M3", data_offsets: [0, 2] }), /"x" has the unknown type F8_E4M3/],
]

for (const [title, file, message] of damaged)
  test(`damage is said: ${title}`, () => {
    assert.throws(
      () => readSafetensors(file),
      (error: Error) => error instanceof SafetensorsError && message.test(error.message),
    )
  })
