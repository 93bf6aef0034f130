/** The order in which training texts arrive: task by task, or going over from one task into the next. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { arrivalOf } from "../../src/run/steps/arrival.ts"
import { momentsOf } from "../../src/run/steps/training/sequence/moments.ts"

const NAMES = ["first", "second", "third"]
const SIZE = 4000
const sizes = NAMES.map(() => SIZE)

test("every text arrives once, and an order of tasks changes nothing within a task", () => {
  for (const blur of [0, 0.4]) {
    const arrived = arrivalOf(NAMES, [30, 20, 10], 3, blur)
    const keys = arrived.map(({ task, index }) => `${task} ${index}`)
    assert.equal(new Set(keys).size, 60)
    const turned = arrivalOf([...NAMES].reverse(), [10, 20, 30], 3)
    const within = (all: typeof arrived, task: number) => all.flatMap((one) => (one.task === task ? [one.index] : []))
    if (blur === 0) assert.deepEqual(within(turned, 0), within(arrived, 2))
  }
})

test("without a blur one task ends before the next begins", () => {
  assert.deepEqual(
    arrivalOf(NAMES, sizes, 1).map(({ task }) => task),
    NAMES.flatMap((_, task) => new Array(SIZE).fill(task)),
  )
})

test("with a blur the share of the next task rises linearly over that share of a task, and outside of it tasks are pure", () => {
  const blur = 0.5
  const arrived = arrivalOf(NAMES, sizes, 1, blur)
  /** Of the texts from one place to another, in tasks from the boundary between the first two. */
  const shareOfNext = (from: number, to: number) => {
    const some = arrived.slice(Math.round(SIZE * (1 + from)), Math.round(SIZE * (1 + to)))
    return some.filter(({ task }) => task === 1).length / some.length
  }
  assert.equal(shareOfNext(-0.9, -blur / 2 - 0.02), 0)
  assert.equal(shareOfNext(blur / 2 + 0.02, 0.7), 1)
  for (const middle of [-0.2, -0.1, 0, 0.1, 0.2]) {
    const [found, expected] = [shareOfNext(middle - 0.05, middle + 0.05), middle / blur + 0.5]
    // Four standard errors of a share of 400 texts.
    assert.ok(
      Math.abs(found - expected) < 4 * Math.sqrt((expected * (1 - expected)) / 400) + 0.005,
      `${middle}: ${found}`,
    )
  }
})

test("a task has come after the update with its last text, and with all tasks before it", () => {
  const arrived = [0, 0, 1, 0, 1, 1, 2, 1, 2, 2].map((task, index) => ({ task, index }))
  const until = (step: number) => Math.min(10, (Math.floor(step / 2) + 1) * 4)
  const train = { batch: 2, accumulate: 2, epochs: 2 } as Parameters<typeof momentsOf>[1]
  assert.deepEqual(momentsOf({ arrived, tasks: 3, until }, train), [
    { step: 1, texts: 4 },
    { step: 3, texts: 8 },
    { step: 5, texts: 10 },
  ])
})

test("a task whose last text comes before that of an earlier task is looked at when that has come", () => {
  const arrived = [0, 1, 1, 0].map((task, index) => ({ task, index }))
  const train = { batch: 1, accumulate: 1, epochs: 1 } as Parameters<typeof momentsOf>[1]
  const both = { step: 3, texts: 4 }
  assert.deepEqual(momentsOf({ arrived, tasks: 2, until: (step) => step + 1 }, train), [both, both])
})
