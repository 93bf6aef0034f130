/** Ctrl-C, `kill`, and a store that stops taking results, while onnxruntime computes in two worker threads. */
import assert from "node:assert/strict"
import { existsSync, renameSync, writeFileSync } from "node:fs"
import { constants } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { pathToFileURL } from "node:url"
import { everyStep } from "./every_step.ts"
import { bothTrain, longRun } from "./long_run.ts"
import { type Ended, placed, start } from "./place.ts"

const windows = process.platform === "win32" && "Windows has no signals"
const goesOn = /stopped\. What was finished is in .*store; the same command goes on from there:\n {2}l2r run spec\.l2r/

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** What a shell sees. A busy machine may not let the threads stop in time, and then the process dies of the signal. */
const shellCode = ({ code, signal }: Ended): number => code ?? 128 + constants.signals[signal as "SIGINT"]

const saysHowToGoOn = (end: Ended, code: number): void => {
  assert.equal(shellCode(end), code, end.said)
  assert.match(end.said, goesOn)
  assert.equal(end.said.match(/stopped\./g)?.length, 1, end.said)
  withoutCrash(end)
}
const withoutCrash = ({ said }: Ended): void => assert.doesNotMatch(said, /panic|Napi|terminate called|^\s+at /m)

test("Ctrl-C stops a run that computes and says how to go on; the second start goes on", { skip: windows }, () =>
  placed(longRun(), async (place) => {
    for (const round of ["first", "second"]) {
      const run = start(place)
      const [planned] = await run.until(bothTrain)
      assert.equal(planned.type === "planned" && planned.cached.length > 0, round === "second")
      run.signal("SIGINT")
      saysHowToGoOn(await run.ended, 130)
    }
  }),
)

test("a Ctrl-C that arrives twice is one", { skip: windows }, () =>
  placed(longRun(), async (place) => {
    const run = start(place)
    await run.until(bothTrain)
    run.signal("SIGINT")
    await pause(20)
    run.signal("SIGINT")
    saysHowToGoOn(await run.ended, 130)
  }),
)

test("kill stops a run as Ctrl-C does", { skip: windows }, () =>
  placed(longRun(), async (place) => {
    const run = start(place)
    await run.until(bothTrain)
    run.signal("SIGTERM")
    saysHowToGoOn(await run.ended, 143)
  }),
)

test("Ctrl-C while the first steps begin says how to go on", { skip: windows }, () =>
  placed(longRun(), async (place) => {
    const run = start(place)
    await run.until((events) => events.some(({ type }) => type === "started"))
    run.signal("SIGINT")
    saysHowToGoOn(await run.ended, 130)
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

test(
  "where one run of the backend takes longer than the person waits, Ctrl-C says how to go on and ends the process",
  { skip: windows },
  () =>
    placed(
      longRun({ lines: 'use "./endless.ts" as mine\nbackend slow = mine.endless', files: { "endless.ts": endless } }),
      async (place) => {
        const run = start(place)
        await run.until(() => existsSync(join(place.folder, "computes")))
        await pause(200)
        run.signal("SIGINT")
        saysHowToGoOn(await run.ended, 130)
      },
    ),
)

test("a store that stops taking results ends the run with a message, though another step computes", () =>
  placed(longRun({ second: 2 }), async (place) => {
    const run = start(place)
    await run.until(bothTrain)
    renameSync(`${place.store}/objects`, `${place.store}/taken_away`)
    writeFileSync(`${place.store}/objects`, "")
    const end = await run.ended
    assert.deepEqual([end.code, end.signal], [1, null], end.said)
    assert.match(end.said, /error: cannot .*store.*\n {2}help: /)
    withoutCrash(end)
  }))

test("a run goes on when nobody reads its progress any more", () =>
  placed(everyStep, async (place) => {
    const run = start(place)
    await run.until((events) => events.some(({ type }) => type === "started"))
    run.lookAway()
    const end = await run.ended
    assert.deepEqual([end.code, end.signal], [0, null], end.said)
  }))
