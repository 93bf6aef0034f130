import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import type { RunEvent } from "../../src/run/events.ts"
import { ArtifactStore, execute } from "../../src/run/execute.ts"
import { openStore } from "../../src/run/store/index.ts"
import { workers } from "../../src/run/workers.ts"
import { lines, start } from "./runtime.ts"
import { runToy, toyAssignment, toyPlan, withFolder } from "./toy_plan.ts"

const script = new URL("./toy_run.ts", import.meta.url)

/** What a store holds, timings aside: the bytes of its objects, and which objects each step names. */
const contentOf = (store: string): Readonly<Record<string, string>> => {
  const objects = join(store, "objects")
  const found: Record<string, string> = {}
  for (const part of readdirSync(objects)) {
    for (const name of readdirSync(join(objects, part))) {
      if (!name.endsWith(".tmp"))
        found[name] = createHash("sha256")
          .update(readFileSync(join(objects, part, name)))
          .digest("hex")
    }
  }
  for (const { key, label } of toyPlan()) {
    const record = openStore(store).record(key)
    found[label] = `${record?.json.digest} ${record?.arrays?.digest}`
  }
  return found
}

/** What an undisturbed run leaves. */
const undisturbed = once(() =>
  withFolder(async (folder) => {
    await runToy(folder, toyPlan())
    return contentOf(folder)
  }),
)

function once<A>(make: () => Promise<A>): () => Promise<A> {
  let made: Promise<A> | undefined
  return () => (made ??= make())
}

test("killed with -9 while any of its steps runs, a run ends as an undisturbed one", () =>
  withFolder(async (folder) => {
    const killed = join(folder, "killed")
    for (const after of [1, 3, 4]) {
      const child = start(script, killed)
      let seen = 0
      const { code } = await lines(child, (line) => {
        const event = JSON.parse(line) as RunEvent
        if (event.type === "started" && ++seen === after) child.kill("SIGKILL")
      })
      assert.notEqual(code, 0)
    }
    const last = await runToy(killed, toyPlan())
    assert.equal(last.error, undefined)
    assert.deepEqual(contentOf(killed), await undisturbed())
  }))

test("two processes on one store at once do no harm", () =>
  withFolder(async (folder) => {
    const shared = join(folder, "shared")
    const ends = await Promise.all([1, 2].map(() => lines(start(script, shared), () => {})))
    assert.deepEqual(
      ends.map(({ code, errors }) => [code, errors]),
      [
        [0, ""],
        [0, ""],
      ],
    )
    assert.deepEqual(contentOf(shared), await undisturbed())
  }))

test("interruption stops even a step that never yields, keeps what is finished, and says so", () =>
  withFolder(async (folder) => {
    const plan = toyPlan({ "module two": { ending: "spins", wait: 0 }, "module one": { wait: 0 } })
    const events: RunEvent[] = []
    await Effect.runPromise(
      Effect.gen(function* () {
        const busy = yield* Deferred.make<void>()
        const run = execute({
          steps: plan,
          wanted: [plan[5].key],
          onEvent: (event) => {
            events.push(event)
            if (event.type === "finished" && event.key === plan[2].key) Deferred.doneUnsafe(busy, Effect.void)
          },
        }).pipe(Effect.provide(Layer.merge(workers(toyAssignment(folder), 2), ArtifactStore.layer(folder))))
        const fiber = yield* Effect.forkChild(run)
        yield* Deferred.await(busy)
        yield* Fiber.interrupt(fiber)
      }),
    )
    assert.equal(events.at(-1)?.type, "interrupted")
    const next = await runToy(folder, plan, { wanted: [plan[2].key] })
    assert.deepEqual(next.labels("started"), [])
  }))

test("an input that goes bad while the run goes on is computed again, and then the step", () =>
  withFolder(async (folder) => {
    const { truncateSync } = await import("node:fs")
    const plan = toyPlan()
    let spoiled = false
    const run = await runToy(folder, plan, {
      onEvent: (event) => {
        if (spoiled || event.type !== "finished" || event.key !== plan[2].key) return
        spoiled = true
        truncateSync(join(folder, "steps", `${plan[2].key}.json`), 30)
      },
    })
    assert.equal(run.error, undefined)
    assert.equal(run.labels("finished").filter((label) => label === "module one").length, 2)
    assert.ok(
      run.events.some(
        (event) => event.type === "warning" && /"module one" in the store is damaged/.test(event.message),
      ),
    )
    assert.deepEqual(openStore(folder).read(plan[5].key).json, { total: 1133 })
  }))
