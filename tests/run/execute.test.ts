import assert from "node:assert/strict"
import { test } from "node:test"
import * as Cause from "effect/Cause"
import { leftOut } from "../../src/run/failures.ts"
import { openStore } from "../../src/run/store/index.ts"
import { runToy, toyPlan, toyStep, withFolder } from "./toy_plan.ts"

test("a plan runs once, inputs first, and a second run repeats nothing", () =>
  withFolder(async (folder) => {
    const plan = toyPlan()
    const first = await runToy(folder, plan)
    assert.equal(first.error, undefined)
    assert.deepEqual(openStore(folder).read(plan[5].key).json, { total: 1133 })
    const order = first.labels("finished")
    assert.equal(order.length, 6)
    assert.ok(
      order.indexOf("dataset one") < order.indexOf("module one") && order.indexOf("module two") < order.indexOf("fit"),
    )
    assert.ok(first.events.some((event) => event.type === "progress" && event.note?.startsWith("waited")))
    const second = await runToy(folder, plan)
    assert.deepEqual(second.labels("started"), [])
    assert.equal(second.events[0].type === "planned" && second.events[0].cached.length, 6)
  }))

test("after a change only what depends on it runs", () =>
  withFolder(async (folder) => {
    await runToy(folder, toyPlan())
    const changed = await runToy(folder, toyPlan({ fit: { value: 5 } }))
    assert.deepEqual(changed.labels("finished"), ["fit", "evaluate"])
  }))

test("steps that nobody wants do not run", () =>
  withFolder(async (folder) => {
    const plan = toyPlan()
    const run = await runToy(folder, plan, { wanted: [plan[2].key] })
    assert.deepEqual(run.labels("finished"), ["dataset one", "module one"])
  }))

test("a failing step is located, spares what does not depend on it, and is tried again", () =>
  withFolder(async (folder) => {
    const plan = toyPlan({ "module one": { ending: "fails" } })
    const run = await runToy(folder, plan)
    const failure = Cause.squash(run.error as Cause.Cause<unknown>) as {
      _tag: string
      message: string
      help: string
      skipped: string[]
    }
    assert.equal(failure._tag, "RunFailed")
    assert.match(failure.message, /step "module one" failed: the loss is not a number in epoch 2/)
    assert.equal(failure.help, "lower the learning rate")
    assert.deepEqual(failure.skipped, ["fit", "evaluate"])
    assert.deepEqual(run.labels("finished").sort(), ["dataset one", "dataset two", "module two"])
    assert.deepEqual((await runToy(folder, plan)).labels("started"), ["module one"])
  }))

for (const [ending, message] of [
  ["throws", /thrown at run\/toy_performers\.ts:\d+:\d+/],
  ["strays", /thrown from a timer/],
  ["exits", /the worker that computed "module one" died: exit code 7/],
] as const)
  test(`a step that ${ending} fails with a message that has no stack, and the others go on`, () =>
    withFolder(async (folder) => {
      const run = await runToy(folder, toyPlan({ "module one": { ending } }), { size: 1 })
      const { message: said, help } = Cause.squash(run.error as Cause.Cause<unknown>) as {
        message: string
        help: string
      }
      assert.match(said, message)
      assert.doesNotMatch(said, /\n\s+at /)
      assert.ok(help.length > 10)
      assert.ok(run.labels("finished").includes("module two"))
    }))

test("the longest chain goes first", () =>
  withFolder(async (folder) => {
    const short = toyStep("dataset", "short", { value: 1 }, [], 5)
    const long = toyStep("dataset", "long", { value: 2 }, [], 1)
    const after = toyStep("module", "after long", { value: 3 }, [long], 10)
    const plan = [short, long, after, toyStep("fit", "fit", {}, [short, after])]
    assert.deepEqual((await runToy(folder, plan, { size: 1 })).labels("started"), [
      "long",
      "after long",
      "short",
      "fit",
    ])
  }))

test("warnings of a step are shown again when its result is reused", () =>
  withFolder(async (folder) => {
    const plan = toyPlan({ evaluate: { ending: "warns" } })
    const message = (run: Awaited<ReturnType<typeof runToy>>) =>
      run.events.flatMap((event) => (event.type === "warning" ? [event.message] : []))
    assert.deepEqual(message(await runToy(folder, plan)), ["the router collapsed"])
    assert.deepEqual(message(await runToy(folder, plan)), ["the router collapsed"])
  }))

test("one step is one, several are several", () => {
  const left = [leftOut(1, 0), leftOut(1, 1), leftOut(1, 2), leftOut(2, 1)]
  assert.deepEqual(left, [
    "",
    "; 1 step that needs it was left out",
    "; 2 steps that need it were left out",
    "; 1 step that needs them was left out",
  ])
})
