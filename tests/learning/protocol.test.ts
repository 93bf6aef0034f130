import assert from "node:assert/strict"
import { test } from "node:test"
import { below, shuffled } from "../../src/learning/draws.ts"
import { orderInvariant, writtenOrder } from "../../src/learning/orders.ts"
import { evaluatedAt, joinClasses, mixTest, visibleAt } from "../../src/learning/protocol.ts"
import { testDraws } from "./draws.ts"

test("a class is a task and a label; ids follow the order of arrival", () => {
  const classes = joinClasses([
    ["yes", "no"],
    ["no", "maybe"],
  ])
  assert.deepEqual(
    classes.all.map(({ task, label }) => `${task} ${label}`),
    ["0 yes", "0 no", "1 no", "1 maybe"],
  )
  assert.deepEqual(
    classes.ofTask.map((ids) => [...ids]),
    [
      [0, 1],
      [2, 3],
    ],
  )
  assert.deepEqual(visibleAt(0, classes), { tasks: 1, classes: 2 })
  assert.deepEqual(visibleAt(1, classes), { tasks: 2, classes: 4 })
})

test("shared labels are one class", () => {
  const classes = joinClasses(
    [
      ["yes", "no"],
      ["no", "maybe"],
    ],
    true,
  )
  assert.deepEqual(
    classes.ofTask.map((ids) => [...ids]),
    [
      [0, 1],
      [1, 2],
    ],
  )
  assert.equal(visibleAt(1, classes).classes, 3)
})

const examples = Array.from({ length: 60 }, (_, k) => ({ task: k % 3, class: k % 6, text: `text ${k}` }))

test("a router sees a place and a text, and nothing else; the answers join by place", () => {
  const { blind, answers, order } = mixTest(examples, testDraws(2))
  for (const example of blind) assert.deepEqual(Object.keys(example), ["id", "text"])
  blind.forEach(({ id, text }) => {
    assert.equal(examples[order[id]].text, text)
    assert.deepEqual(answers[id], { task: examples[order[id]].task, class: examples[order[id]].class })
  })
  assert.deepEqual(
    [...order].sort((a, b) => a - b),
    examples.map((_, k) => k),
  )
  assert.notDeepEqual(
    answers.map(({ task }) => task),
    examples.map(({ task }) => task),
  )
})

test("a stage evaluates the tasks seen so far, in the mixed order", () => {
  const { answers } = mixTest(examples, testDraws(2))
  const ids = [...evaluatedAt(1, answers)]
  assert.equal(ids.length, 40)
  assert.ok(ids.every((id) => answers[id].task <= 1))
  assert.deepEqual(
    ids,
    ids.toSorted((a, b) => a - b),
  )
})

test("orders: written; which rows no order can change", () => {
  assert.deepEqual([...writtenOrder(3)], [0, 1, 2])
  assert.equal(orderInvariant({ how: "composes" }), true)
  assert.equal(orderInvariant({ how: "selects" }), true)
  assert.equal(orderInvariant({ how: "shared" }), false)
  assert.equal(orderInvariant({ how: "composes", dependsOnOrder: true }), false)
})

test("bounded draws are uniform, shuffles are permutations", () => {
  const random = testDraws(7)
  const counts = new Int32Array(7)
  for (let k = 0; k < 70000; k++) counts[below(7, random)]++
  const chi = counts.reduce((sum, count) => sum + (count - 10000) ** 2 / 10000, 0)
  assert.ok(chi < 22.5, `χ² ${chi} on 6 degrees of freedom`)
  assert.deepEqual([...shuffled(9, random)].sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8])
  assert.deepEqual([...shuffled(0, random)], [])
})
