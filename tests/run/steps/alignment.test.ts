/** What a stranger's transfer says of states and texts, before they are computed. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { defineTransfer, NoOptions, type Transfer } from "../../../src/plugin/index.ts"
import { sideFor, textsFor } from "../../../src/run/steps/porting/alignment.ts"

const transferWith = (own: Partial<Record<"texts" | "goesBy", () => unknown>>): Transfer =>
  defineTransfer({
    name: "mine",
    summary: "a test",
    options: NoOptions,
    layers: () => [[0]],
    ...own,
  } as never) as Transfer

test("an axis goes by its own states where nothing is said, or by those that are named", () => {
  assert.equal(sideFor(transferWith({}), "y", {}), "y")
  assert.equal(sideFor(transferWith({ goesBy: () => "x" }), "y", {}), "x")
  for (const side of [undefined, "own", 3])
    assert.throws(() => sideFor(transferWith({ goesBy: () => side }), "y", {}), {
      name: "StepError",
      message: /`goesBy` of the transfer "mine" gives (undefined|"own"|3) for "y"/,
      help: /"x".*"y"/,
    })
})

test("texts are a whole number from 1", () => {
  assert.equal(textsFor(transferWith({ texts: () => 200 }), {}), 200)
  for (const texts of [undefined, 0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "200"])
    assert.throws(() => textsFor(transferWith({ texts: () => texts }), {}), {
      name: "StepError",
      message: /`texts` of the transfer "mine" gives /,
      help: /whole number/,
    })
})
