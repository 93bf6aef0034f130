/** Weights of a checkpoint as they are stored and as they are kept: every number at its place, whatever the type and the order on disk. */
import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import fc from "fast-check"
import { readWeights } from "../../src/plugin/checkpoint_weights.ts"
import { randomStream } from "../../src/plugin/index.ts"
import { denseWeights, tableWeight, turned } from "../../src/plugin/weight_sources.ts"
import { writeSafetensors } from "../../src/tensor/safetensors.ts"

const scratch = mkdtempSync(join(tmpdir(), "l2r-weights-"))
after(() => rmSync(scratch, { recursive: true, force: true }))

const size = fc.integer({ min: 1, max: 70 })

type Tensors = Readonly<Record<string, { readonly shape: readonly number[]; readonly data: Float32Array }>>

/** The upper halves of the numbers. */
const bfloatFile = (tensors: Tensors): Uint8Array => {
  const entries: Record<string, object> = {}
  let end = 0
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    const start = end
    end += 2 * data.length
    entries[name] = { dtype: "BF16", shape, data_offsets: [start, end] }
  }
  const header = Buffer.from(JSON.stringify(entries))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  const halves = ({ data }: Tensors[string]) => Uint16Array.from(new Uint32Array(data.buffer), (bits) => bits >>> 16)
  return Buffer.concat([length, header, ...Object.values(tensors).map((one) => new Uint8Array(halves(one).buffer))])
}
const files: Readonly<Record<string, (tensors: Tensors) => Uint8Array>> = {
  float32: (tensors) => writeSafetensors(tensors),
  float16: (tensors) => writeSafetensors(tensors, { half: true }),
  bfloat16: bfloatFile,
}

test("turning puts the number of row r and column c at row c and column r", () => {
  fc.assert(
    fc.property(size, size, (rows, columns) => {
      const { shape, data } = turned({
        shape: [rows, columns],
        data: Float32Array.from({ length: rows * columns }, (_, i) => i),
      })
      assert.deepEqual(shape, [columns, rows])
      assert.ok(data.every((x, i) => x === (i % rows) * columns + Math.floor(i / rows)))
    }),
  )
})

for (const [type, fileOf] of Object.entries(files))
  test(`dense layers of several sizes, parts of one and tables, stored as ${type}, keep their own numbers`, () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(size, size), { minLength: 1, maxLength: 5 }), (sizes) => {
        const random = randomStream(1, "weights", JSON.stringify(sizes))
        // Multiples of 1/16 below 8: exact in 8 bits.
        const drawn = (shape: readonly number[]) => ({
          shape,
          data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => (random.below(256) - 128) / 16),
        })
        const stored = Object.fromEntries(
          sizes.flatMap(([input, out], k) => [
            [`d${k}.weight`, drawn([2 * out, input])],
            [`d${k}.bias`, drawn([2 * out])],
            [`t${k}`, drawn([input, out])],
          ]),
        )
        writeFileSync(join(scratch, "model.safetensors"), fileOf(stored))
        const weightFiles = ["model.safetensors"]
        const sources = sizes.flatMap(([input, out], k) => [
          ...denseWeights(`a${k}`, `d${k}`, [input, out], { part: [0, 2] }),
          ...denseWeights(`b${k}`, `d${k}`, [input, out], { part: [1, 2] }),
          tableWeight(`t${k}`, `t${k}`, [input, out]),
        ])
        const { weights } = readWeights(
          { location: "here", path: scratch, weights: weightFiles, files: weightFiles },
          sources,
          {
            family: "test",
            prefixes: [],
          },
        )
        for (const [k, [input, out]] of sizes.entries()) {
          const [matrix, bias] = [stored[`d${k}.weight`].data, stored[`d${k}.bias`].data]
          for (const [part, name] of ["a", "b"].entries()) {
            const rows = matrix.slice(part * out * input, (part + 1) * out * input)
            assert.deepEqual(weights[`${name}${k}.weight`], turned({ shape: [out, input], data: rows }))
            assert.deepEqual(
              [...(weights[`${name}${k}.bias`].data as Float32Array)],
              [...bias.slice(part * out, (part + 1) * out)],
            )
          }
          assert.deepEqual(weights[`t${k}`], stored[`t${k}`])
        }
      }),
      { numRuns: 30 },
    )
  })
