/** A training that is stopped anywhere goes on to the same bytes; snapshots that are damaged count as absent. */
import assert from "node:assert/strict"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import reference from "../../plugins/backends/reference/index.ts"
import { withGradients } from "../../src/model/gradients.ts"
import type { Snapshot } from "../../src/model/halfway.ts"
import { type Optimisation, optimise } from "../../src/model/optimise.ts"
import {
  add,
  exampleRows,
  input,
  matmul,
  mse,
  packedLayout,
  parameter,
  randomStream,
  uniform,
} from "../../src/plugin/index.ts"
import { halfwayFiles } from "../../src/run/store/halfway.ts"

const EXAMPLES = 23
const random = randomStream(1, "data")
const inputs = Float32Array.from({ length: EXAMPLES * 4 }, () => random.normal())
const targets = Float32Array.from({ length: EXAMPLES }, () => random.normal())

/** A linear regression with noise on its output, so that both streams matter. */
const rows = exampleRows(packedLayout())
const predicted = add(
  matmul(input("x", ["examples", 4], "float", rows), parameter("w", [4])),
  uniform("jitter", ["examples"], rows),
)
const training = withGradients(mse(predicted, input("y", ["examples"], "float", rows)), ["w"])

const train = async (halfway: { snapshot?: Snapshot; stopAt?: number }, options: Partial<Optimisation> = {}) => {
  const engine = await reference.open({})
  const session = await engine.compile(training)
  const values = new Map([["w", new Float32Array(4)]])
  let best = 0
  const losses = await optimise({
    session,
    program: training,
    values,
    groups: [{ names: ["w"], learningRate: 0.05, weightDecay: 0.01 }],
    examples: EXAMPLES,
    feeds: (batch) => ({
      x: {
        shape: [batch.length, 4],
        data: Float32Array.from({ length: 4 * batch.length }, (_, i) => inputs[batch[i >> 2] * 4 + (i & 3)]),
      },
      y: { shape: [batch.length], data: Float32Array.from(batch, (i) => targets[i]) },
    }),
    epochs: 4,
    batch: 5,
    schedule: "linear",
    warmUp: 0.1,
    order: randomStream(3, "order"),
    noise: randomStream(3, "noise"),
    onStep: (step) => {
      if (step === halfway.stopAt) throw new Error("killed")
    },
    afterEpoch: async () => void best++,
    halfway: {
      every: 0,
      read: () => halfway.snapshot,
      write: (snapshot) => {
        halfway.snapshot = structuredClone(snapshot)
      },
      more: {
        take: () => ({ best: { shape: [1], data: Float64Array.of(best) } }),
        give: (arrays) => {
          best = Number(arrays.best.data[0])
        },
      },
    },
    ...options,
  })
  return { w: [...(values.get("w") as Float32Array)], losses: [...losses], best }
}

test("a training that is stopped at any step, even twice, ends in the same bytes", async () => {
  const whole = await train({})
  assert.equal(whole.best, 4)
  for (const stops of [[0], [1], [4], [5], [7, 11], [19]]) {
    const state: { snapshot?: Snapshot; stopAt?: number } = {}
    for (const stopAt of stops) await assert.rejects(train(Object.assign(state, { stopAt })), /killed/)
    delete state.stopAt
    assert.deepEqual(await train(state), whole, `stopped at ${stops}`)
  }
})

test("so does one by Adafactor, with gradients accumulated and clipped, on a cosine", async () => {
  const options = { optimiser: "adafactor", accumulate: 2, clip: 0.5, schedule: "cosine" } as const
  const whole = await train({}, options)
  assert.equal(whole.losses.length, 12)
  for (const stops of [[1], [2], [3], [5, 10]]) {
    const state: { snapshot?: Snapshot; stopAt?: number } = {}
    for (const stopAt of stops) await assert.rejects(train(Object.assign(state, { stopAt }), options), /killed/)
    delete state.stopAt
    assert.deepEqual(await train(state, options), whole, `stopped at ${stops}`)
  }
})

test("snapshots are kept by key, cleared, and not read where they are damaged", () => {
  const store = mkdtempSync(join(tmpdir(), "l2r-halfway-"))
  try {
    const files = halfwayFiles(store)
    const snapshot = { "value/w": { shape: [3], data: Float32Array.of(1, 2, 3) } }
    assert.equal(files.read("abc"), undefined)
    files.write("abc", snapshot)
    assert.deepEqual(files.read("abc"), snapshot)
    assert.equal(files.read("other"), undefined)
    const path = join(store, "halfway", "abc")
    const bytes = readFileSync(path)
    for (const damaged of [
      bytes.subarray(0, bytes.length - 1),
      bytes.subarray(0, 10),
      Buffer.from(bytes).fill(7, 70, 71),
    ]) {
      writeFileSync(path, damaged)
      assert.equal(files.read("abc"), undefined)
    }
    files.write("abc", snapshot)
    files.clear("abc")
    assert.equal(files.read("abc"), undefined)
  } finally {
    rmSync(store, { recursive: true, force: true })
  }
})
