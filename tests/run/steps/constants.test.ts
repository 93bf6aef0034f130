import assert from "node:assert/strict"
import { test } from "node:test"
import { checkedConstants } from "../../../src/run/steps/fit/constants.ts"

const floats = (...numbers: number[]): Float32Array => Float32Array.from(numbers)
const maker = { kind: "router", name: "mine", made: "statistics" } as const

test("sound constants pass as they are", () => {
  for (const constants of [
    {},
    { a: { shape: [], data: floats(1) } },
    { a: { shape: [2, 2], data: floats(1, 2, 3, -1e30) }, b: { shape: [0], data: floats() } },
    { a: { shape: [1], data: Int32Array.of(3) } },
  ])
    assert.equal(checkedConstants(constants, maker), constants)
})

const wrong: readonly (readonly [string, unknown, RegExp])[] = [
  ["nothing", undefined, /`statistics` of the router "mine" gives undefined where an object/],
  ["null", null, /gives null/],
  ["a list", [1, 2], /gives a list of 2/],
  ["a promise", Promise.resolve({}), /gives a promise/],
  ["a field of nothing", { mean: undefined }, /"mean" is undefined/],
  ["a bare array", { mean: floats(1) }, /"mean" is a bare Float32Array/],
  ["no shape", { mean: { data: floats(1) } }, /"mean" has the shape undefined/],
  ["a list as data", { mean: { shape: [1], data: [1] } }, /"mean" has a list of 1 as data/],
  ["too few numbers", { mean: { shape: [2, 3], data: floats(1, 2) } }, /"mean" has 2 numbers, its shape \[2, 3\] 6/],
  ["NaN", { mean: { shape: [2, 2], data: floats(1, 2, Number.NaN, 4) } }, /"mean" has NaN at \[1, 0\]/],
  [
    "Infinity",
    { fine: { shape: [], data: floats(1) }, far: { shape: [1], data: floats(1 / 0) } },
    /"far" has Infinity/,
  ],
]
for (const [name, given, message] of wrong)
  test(`refused: ${name}`, () =>
    assert.throws(() => checkedConstants(given, maker), { name: "StepError", message, help: /./ }))

test("the unit is named where constants are made for each", () => {
  assert.throws(() => checkedConstants(null, { ...maker, made: "prepare", unit: "layer.3" }), {
    message: /`prepare` of the router "mine" \(layer\.3\) gives null/,
    help: /why this library can't be served/,
  })
})
