import assert from "node:assert/strict"
import { test } from "node:test"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import type { Engine, Program } from "../../src/plugin/index.ts"
import { ArtifactStore, execute } from "../../src/run/execute.ts"
import { inProcess } from "../../src/run/in_process.ts"
import { goOn, guard, Stopped, stopped, stopSign } from "../../src/run/stop_sign.ts"
import { toyAssignment, toyPlan, withFolder } from "./toy_plan.ts"

/** An engine whose runs end when they are told to. */
const patient = () => {
  const waiting: (() => void)[] = []
  const called: string[] = []
  const engine: Engine = {
    compile: async () => {
      called.push("compile")
      return {
        run: async () => {
          called.push("run")
          await new Promise<void>((resolve) => waiting.push(resolve))
          return {}
        },
        release: async () => void called.push("release"),
      }
    },
  }
  return { called, open: async () => engine, end: () => waiting.splice(0).forEach((resolve) => void resolve()) }
}
const program = {} as Program
const turn = (milliseconds = 30) => new Promise((resolve) => setTimeout(resolve, milliseconds))

test("whoever stops waits for the call that is running, and no other begins", async () => {
  const sign = stopSign()
  const guarded = guard(sign)
  const backend = patient()
  const session = await (await guarded.engine(backend.open)).compile(program)
  const running = session.run({})
  let over = false
  const stopping = stopped(sign).then(() => {
    over = true
  })
  await turn()
  assert.equal(over, false)
  backend.end()
  await Promise.all([running, stopping])
  for (const call of [
    () => session.run({}),
    () => session.release(),
    async () => void (await (await guarded.engine(backend.open)).compile(program)),
  ])
    await assert.rejects(call, Stopped)
  assert.deepEqual(backend.called, ["compile", "run"])
})

test("what is known of a program's runs reaches the engine", async () => {
  const told: unknown[] = []
  const open = async (): Promise<Engine> => ({
    compile: async (...asked) => {
      told.push(...asked)
      return { run: async () => ({}), release: async () => {} }
    },
  })
  await (await guard(stopSign()).engine(open)).compile(program, { fewShapes: true })
  assert.deepEqual(told, [program, { fewShapes: true }])
})

test("where no call is running the wait is over at once, and a call that failed is over", async () => {
  const sign = stopSign()
  const guarded = guard(sign)
  await assert.rejects(
    guarded.engine(async () => Promise.reject(new Error("no such backend"))),
    /no such backend/,
  )
  await stopped(sign)
})

test("a thread that died in a call keeps nobody waiting", async () => {
  const sign = stopSign()
  const session = await (await guard(sign).engine(patient().open)).compile(program)
  void session.run({})
  await stopped(sign, () => true)
})

test("what a step makes of a refused call is no result", async () => {
  const sign = stopSign()
  const guarded = guard(sign)
  const session = await (await guarded.engine(patient().open)).compile(program)
  guarded.begin()
  guarded.end()
  await stopped(sign)
  await session.run({}).catch(() => "a step that goes on all the same")
  assert.throws(guarded.end, Stopped)
  goOn(sign)
  guarded.begin()
  guarded.end()
})

test("the executor of this thread waits until its step has stopped: one that calls no backend comes to its end", () =>
  withFolder(async (folder) => {
    const plan = toyPlan({ "module one": { wait: 60 } })
    const events: string[] = []
    const run = execute({
      steps: plan,
      wanted: [plan[2].key],
      onEvent: (event) => {
        events.push(event.type === "started" ? (plan.find(({ key }) => key === event.key)?.label ?? "") : event.type)
      },
    })
    const provided = run.pipe(
      Effect.provide(Layer.merge(inProcess(toyAssignment(folder)), ArtifactStore.layer(folder))),
    )
    const fiber = Effect.runFork(provided)
    while (!events.includes("module one")) await turn(5)
    await Effect.runPromise(Fiber.interrupt(fiber))
    assert.equal(events.at(-1), "interrupted")
    await Effect.runPromise(provided)
    assert.equal(events.at(-1), "planned", "nothing is left to do")
  }))
