import assert from "node:assert/strict"
import { test } from "node:test"
import { progress } from "../../src/report/progress.ts"
import { RunState } from "../../src/report/run_state.ts"
import type { RunEvent } from "../../src/run/events.ts"

const step = (key: string, estimate: number) => ({ key, label: `module ${key}`, kind: "module", estimate })
const PLANNED: RunEvent = { type: "planned", steps: [step("a", 30), step("b", 10), step("c", 5)], cached: ["c"] }

function recorder(isTTY: boolean, columns = 60) {
  const written: string[] = []
  return { isTTY, columns, written, write: (text: string) => void written.push(text) }
}

/** A clock that the test moves. */
function clock() {
  let seconds = 100
  return { now: () => seconds, wait: (more: number) => void (seconds += more) }
}

test("plain lines: one per started and finished step, progress at most once in five seconds", () => {
  const stream = recorder(false)
  const time = clock()
  const { handle, stop } = progress(stream, { now: time.now, env: {} })
  handle(PLANNED)
  handle({ type: "started", key: "a", worker: 0 })
  for (let i = 1; i <= 9; i++) {
    handle({ type: "progress", key: "a", done: i / 10, note: `epoch ${i}/10 loss 0.${i}` })
    time.wait(1)
  }
  handle({ type: "finished", key: "a", seconds: 9, cpuSeconds: 8.5 })
  stop()
  const lines = stream.written.join("").trimEnd().split("\n")
  assert.deepEqual(lines, [
    "3 steps: 1 in the store, 2 to run",
    "started   module a",
    "progress  7 %, 0 of 2 steps, 0 s  module a  epoch 1/10 loss 0.1",
    "progress  45 %, 0 of 2 steps, 5 s, about 7 s left  module a  epoch 6/10 loss 0.6",
    "finished  module a  9 s  epoch 9/10 loss 0.9",
  ])
})

test("plain lines hold no escape sequence and nothing beyond ASCII of our own", () => {
  const stream = recorder(false)
  const { handle } = progress(stream, { now: clock().now, env: {} })
  const events: RunEvent[] = [
    { type: "planned", steps: [{ ...step("a", 1), label: "module a \u00b7 seed 1" }], cached: [] },
    { type: "started", key: "a", worker: 0 },
    { type: "progress", key: "a", done: 0.5 },
    { type: "warning", key: "a", message: "the gates collapsed", help: "Give the router noise." },
    { type: "failed", key: "a", message: "loss is not finite", help: "Lower the learning rate." },
    { type: "interrupted" },
  ]
  events.forEach(handle)
  assert.match(stream.written.join(""), /^[\x20-\x7e\n]*$/)
  assert.match(stream.written.join(""), /Lower the learning rate\./)
})

test("on a terminal the block is redrawn in place, no line is wider, and the cursor comes back", () => {
  const stream = recorder(true, 40)
  const time = clock()
  const { handle, stop } = progress(stream, { now: time.now, env: {} })
  handle(PLANNED)
  handle({ type: "started", key: "a", worker: 0 })
  time.wait(1)
  handle({ type: "progress", key: "a", done: 0.5, note: "epoch 2/3 loss 0.412 and some more words that find no room" })
  stop()
  stop()
  const all = stream.written.join("")
  assert.equal(all.split("\u001b[?25l").length - 1, 1)
  assert.equal(all.split("\u001b[?25h").length - 1, 1)
  assert.ok(all.endsWith("\u001b[?25h"))
  assert.match(all, /epoch 2\/3/)
  assert.match(all, /50 %/)
  for (const line of all.replace(/\u001b\[[?0-9;]*[a-zA-Z]|\r/g, "").split("\n")) assert.ok(line.length < 40, line)
})

test("a burst of events is drawn at most ten times a second", () => {
  const stream = recorder(true)
  const time = clock()
  const { handle, stop } = progress(stream, { now: time.now, env: {} })
  handle(PLANNED)
  handle({ type: "started", key: "a", worker: 0 })
  const before = stream.written.length
  for (let i = 0; i < 1000; i++) handle({ type: "progress", key: "a", done: i / 1000 })
  assert.equal(stream.written.length - before, 0)
  stop()
})

test("labels and messages cannot move the cursor or colour what follows", () => {
  const stream = recorder(false)
  const { handle } = progress(stream, { now: clock().now, env: {} })
  handle({ type: "planned", steps: [{ ...step("a", 1), label: "evil\u001b[2J\u001b[31m\rname\nline" }], cached: [] })
  handle({ type: "started", key: "a", worker: 0 })
  assert.equal(stream.written.at(-1), "started   evil name line\n")
})

test("share and time left come from the estimates of the steps that run", () => {
  const state = new RunState()
  state.apply(PLANNED, 0)
  state.apply({ type: "started", key: "a", worker: 0 }, 0)
  state.apply({ type: "progress", key: "a", done: 0.5 }, 10)
  assert.equal(state.share, 15 / 40)
  assert.equal(Math.round(state.left(10) ?? 0), 17)
  state.apply({ type: "finished", key: "a", seconds: 20, cpuSeconds: 20 }, 20)
  assert.equal(state.share, 0.75)
})

test("events out of order are shown, not thrown", () => {
  const stream = recorder(false)
  const { handle, stop } = progress(stream, { now: clock().now, env: {} })
  handle({ type: "finished", key: "0123456789abcdef", seconds: 1, cpuSeconds: 1 })
  handle({ type: "progress", key: "unknown", done: Number.NaN })
  stop()
  assert.match(stream.written.join(""), /finished {2}0123456789ab/)
})
