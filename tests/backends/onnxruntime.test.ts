/** What is particular to the onnxruntime backend: feeds, results, weights, workers. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Worker } from "node:worker_threads"
import type { InferenceSession } from "onnxruntime-node"
import { blockSize } from "../../plugins/backends/onnxruntime/block_size.ts"
import { encode } from "../../plugins/backends/onnxruntime/encode.ts"
import onnxruntime, { compile } from "../../plugins/backends/onnxruntime/index.ts"
import { packed } from "../../src/model/batch.ts"
import { OutOfMemory } from "../../src/plugin/index.ts"
import { machine } from "../../src/run/machine.ts"
import * as t from "../../src/tensor/index.ts"
import { evaluate, onOnnxruntime } from "../tensor/run.ts"

test("integers are fed as Int32Array or BigInt64Array, floats as Float32Array or Float64Array", async () => {
  const y = t.add(t.cast(t.input("i", ["n"], "int"), "float"), t.input("x", ["n"]))
  for (const data of [Int32Array.of(1, -2), BigInt64Array.of(1n, -2n)])
    for (const x of [Float32Array.of(0.5, 0.5), Float64Array.of(0.5, 0.5)]) {
      const result = await evaluate(
        await onOnnxruntime(),
        { y },
        { i: { shape: [2], data }, x: { shape: [2], data: x } },
      )
      assert.deepEqual(result.y, { shape: [2], data: Float32Array.of(1.5, -1.5) })
    }
})

test("integers come back as Int32Array where they fit", async () => {
  const y = t.input("i", ["n"], "int")
  const run = async (data: BigInt64Array) =>
    (await evaluate(await onOnnxruntime(), { y }, { i: { shape: [1], data } })).y.data
  assert.deepEqual(await run(BigInt64Array.of(7n)), Int32Array.of(7))
  assert.deepEqual(await run(BigInt64Array.of(2n ** 40n)), BigInt64Array.of(2n ** 40n))
})

test("feeds that do not fit are refused by name", async () => {
  const engine = await onOnnxruntime()
  const y = t.exp(t.input("x", ["n", 2]))
  await assert.rejects(evaluate(engine, { y }, {}), /"x" is not fed/)
  await assert.rejects(
    evaluate(engine, { y }, { x: { shape: [2, 3], data: new Float32Array(6) } }),
    /"x" is fed with shape \[2, 3\], but it is \[n, 2\]/,
  )
  await assert.rejects(
    evaluate(engine, { y }, { x: { shape: [2, 2], data: new Float32Array(3) } }),
    /"x" is fed with 3 numbers, but shape \[2, 2\] holds 4/,
  )
  await assert.rejects(
    evaluate(engine, { y }, { x: { shape: [1, 2], data: new Int32Array(2) } }),
    /"x" is fed with a Int32Array, but it is float/,
  )
})

test("where few shapes are expected, runs give the same bytes, of another shape and of other lengths too", async () => {
  const x = t.input("x", ["length", 128], "float", { of: "tokens", layout: t.packedLayout() })
  const whole = t.program({ y: t.gelu(t.attention(x, x, x, 2)) })
  const engine = await onOnnxruntime()
  const [plain, planned] = [await engine.compile(whole), await engine.compile(whole, { fewShapes: true })]
  for (const lengths of [
    [4, 4],
    [4, 4],
    [2, 5],
    [4, 4],
    [5, 3],
    [4, 4],
  ]) {
    const { ids: _, positions: __, ...feeds } = packed(lengths.map((n) => new Int32Array(n)))
    const tokens = lengths[0] + lengths[1]
    const values = Float32Array.from({ length: 128 * tokens }, (_, i) => Math.fround((i * 0.37) % 1))
    const given = { ...feeds, x: { shape: [tokens, 128], data: values } }
    assert.deepEqual(await planned.run(given), await plain.run(given))
  }
  await plain.release()
  await planned.release()
})

test("memory is planned where few shapes are expected, blocks are used where they are known, and the bytes of a model go", async () => {
  const runtime = await import("onnxruntime-node")
  const made: { bytes: Uint8Array; planned?: boolean; text: string }[] = []
  const create = async (bytes: Uint8Array, settings: InferenceSession.SessionOptions) => {
    made.push({ bytes, planned: settings.enableMemPattern, text: Buffer.from(bytes).toString("latin1") })
    return runtime.InferenceSession.create(bytes, settings)
  }
  const watched = { ...runtime, Tensor: runtime.Tensor, InferenceSession: { create } } as unknown as typeof runtime
  const W = t.weight("W", { shape: [512, 1024], data: new Float32Array(512 * 1024) })
  const whole = t.program({
    y: t.gelu(t.matmul(t.gelu(t.matmul(t.input("x", ["n", 512]), W)), W, { transposeB: true })),
  })
  const settings = { threads: 1, provider: "cpu", weights: "float32" } as const
  for (const more of [{}, { fewShapes: false }, { fewShapes: true }])
    await (await compile(watched, whole, { ...settings, ...more })).release()
  await (await compile(watched, whole, { ...settings, weights: "int8" })).release()
  const models = made.filter(({ text }) => text.includes("Gelu"))
  assert.deepEqual(
    models.map(({ planned }) => planned),
    [false, false, true, false],
  )
  assert.deepEqual(
    models.map(({ bytes }) => bytes.length),
    [0, 0, 0, 0],
  )
  const inBlocks = (await blockSize(runtime)) === 16
  assert.deepEqual(
    models.map(({ text }) => text.includes(t.BLOCKS_DOMAIN)),
    [inBlocks, inBlocks, inBlocks, false],
  )
})

test("a processor with AVX-512 has blocks", { skip: process.arch !== "x64" && "not x86" }, async () => {
  const wide = machine().features.includes("avx512f")
  assert.equal(await blockSize(await import("onnxruntime-node")), wide ? 16 : undefined)
})

test("weights are written once, and read back", async () => {
  const data = Float32Array.from({ length: 3000 }, (_, i) => i / 7)
  const w = t.weight("w", { shape: [1000, 3], data })
  const model = encode(t.emit(t.program({ y: t.neg(w) })))
  assert.ok(model.length - data.byteLength < 400, `${model.length} bytes for ${data.byteLength} of weights`)
  const { y } = await evaluate(await onOnnxruntime(), { y: t.neg(w) }, {})
  assert.deepEqual(
    [...y.data],
    [...data].map((x) => -x),
  )
})

test("the numeric profile names the version that is loaded", async () => {
  const { env } = await import("onnxruntime-node")
  assert.equal(onnxruntime.profile({ threads: 1, provider: "cpu", weights: "float32" }).version, env.versions.node)
})

test("a session lives in a worker thread", async () => {
  const worker = new Worker(new URL("./in_worker.ts", import.meta.url))
  try {
    const answer = await new Promise((resolve, reject) => {
      worker.once("message", resolve)
      worker.once("error", reject)
    })
    assert.deepEqual(answer, [1, Math.fround(Math.E)])
  } finally {
    await worker.terminate()
  }
})

test("a run that needs more memory than there is says how much, and the session goes on", async () => {
  const x = t.input("x", ["n", 1])
  const session = await (await onOnnxruntime()).compile(
    t.program({ y: t.sum(t.exp(t.matmul(x, x, { transposeB: true }))) }),
  )
  const run = (n: number) => session.run({ x: { shape: [n, 1], data: new Float32Array(n) } })
  await assert.rejects(run(4_000_000), (error: OutOfMemory) => {
    assert.match(error.message, /^out of memory: the computation asked for \d+\.\d GiB at once$/)
    assert.match(error.help, /smaller batches/)
    return error instanceof OutOfMemory
  })
  assert.deepEqual([...(await run(2)).y.data], [4])
  await session.release()
})
