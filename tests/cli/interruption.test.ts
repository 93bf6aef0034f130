/** Ctrl-C, `kill`, and a store that stops taking results, while onnxruntime computes in two worker threads. */
import assert from "node:assert/strict"
import { existsSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { pathToFileURL } from "node:url"
import { bothTrain, placed, start } from "./long_run.ts"

const windows = process.platform === "win32" && "Windows has no signals"
const goesOn = /stopped\. What was finished is in .*store; the same command goes on from there:\n {2}l2r run spec\.l2r/

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

for (const { title, signals, code } of [
  { title: "Ctrl-C", signals: ["SIGINT"], code: 130 },
  { title: "Ctrl-C that arrives twice", signals: ["SIGINT", "SIGINT"], code: 130 },
  { title: "kill", signals: ["SIGTERM"], code: 143 },
] as const)
  test(`${title} stops a run that computes and says how to go on`, { skip: windows }, () =>
    placed(async (place) => {
      for (const round of ["first", "second"]) {
        const run = start(place)
        const events = await run.until(bothTrain)
        const [planned] = events
        assert.equal(planned.type === "planned" && planned.cached.length > 0, round === "second", "a second start goes on from the first")
        for (const signal of signals) {
          run.signal(signal)
          await pause(30)
        }
        const end = await run.ended
        assert.deepEqual([end.code, end.signal], [code, null], end.said)
        assert.match(end.said, goesOn)
        assert.equal(end.said.match(/stopped\./g)?.length, 1, end.said)
        assert.doesNotMatch(end.said, /panic|Napi|terminate called|^\s+at /m)
      }
    }),
  )

test("a Ctrl-C before the first step says how to go on", { skip: windows }, () =>
  placed(async (place) => {
    const run = start(place)
    await run.until((events) => events.some(({ type }) => type === "started"))
    run.signal("SIGINT")
    const end = await run.ended
    assert.deepEqual([end.code, end.signal], [130, null], end.said)
    assert.match(end.said, goesOn)
  }),
)

/** Each run of a session takes about as long as it takes to multiply matrices for many seconds. */
const endless = `
import { writeFileSync } from "node:fs"
import onnxruntime from "${pathToFileURL("plugins/backends/onnxruntime/index.ts")}"
import { defineBackend, input, matmul, program } from "${pathToFileURL("src/plugin/index.ts")}"

export default defineBackend({ ...onnxruntime, name: "endless", open: async (options) => {
  const engine = await onnxruntime.open(options)
  const size = 1500
  const a = input("a", [size, size])
  let product = a
  for (let i = 0; i < 400; i++) product = matmul(product, a)
  return { compile: async (wanted) => {
    const session = await engine.compile(wanted)
    const long = await engine.compile(program({ product }))
    return { ...session, run: async (feeds) => {
      const result = await session.run(feeds)
      writeFileSync("computes", "")
      await long.run({ a: { shape: [size, size], data: new Float32Array(size * size) } })
      return result
    } }
  } }
} })
`

test("where one run of the backend takes longer than the person waits, Ctrl-C says how to go on and ends the process", { skip: windows }, () =>
  placed(async (place) => {
    const run = start(place)
    await run.until(() => existsSync(join(place.folder, "computes")))
    await pause(200)
    run.signal("SIGINT")
    const end = await run.ended
    assert.deepEqual([end.code, end.signal], [null, "SIGINT"], end.said)
    assert.match(end.said, goesOn)
    assert.doesNotMatch(end.said, /panic|Napi|terminate called|^\s+at /m)
  }, 'use "./endless.ts" as mine\nbackend slow = mine.endless', { "endless.ts": endless }),
)

test("a store that stops taking results ends the run with a message, though another step computes", () =>
  placed(async (place) => {
    const run = start(place)
    await run.until(bothTrain)
    renameSync(`${place.store}/objects`, `${place.store}/taken_away`)
    writeFileSync(`${place.store}/objects`, "")
    const end = await run.ended
    assert.deepEqual([end.code, end.signal], [1, null], end.said)
    assert.match(end.said, /error: cannot .*store.*\n {2}help: /)
    assert.doesNotMatch(end.said, /panic|Napi|terminate called|^\s+at /m)
  }),
)
