/** Blocks that a stranger's transfer gives: what names no blocks ends with what to do, before parameters are read. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { defineTransfer, NoOptions } from "../../../src/plugin/index.ts"
import { layersOf } from "../../../src/run/steps/porting/layers.ts"
import { StepError } from "../../../src/run/work.ts"
import { toyNetwork } from "../../../src/testing/toy_network.ts"

const [SOURCE, TARGET] = [3, 2]

const given = async (layers: unknown) => {
  const transfer = defineTransfer({
    name: "mine",
    summary: "a test",
    options: NoOptions,
    layers: () => layers as never,
  })
  return layersOf(transfer, {}, await toyNetwork({ layers: SOURCE }), await toyNetwork({ layers: TARGET }))
}

test("one list for each block of the target, of one block of the source or several; or a reason", async () => {
  assert.deepEqual([...(await given([[0], [1, 2]]))], [["", [[0], [1, 2]]]])
  assert.equal(await given("not today"), "mine: not today")
})

for (const [what, layers, message] of [
  ["nothing", undefined, /gives undefined for the 2 blocks of the target/],
  ["an empty reason", "", /gives "" for the 2 blocks of the target/],
  ["too few lists", [[0]], /gives a list of 1 for the 2 blocks/],
  ["too many lists", [[0], [1], [2]], /gives a list of 3 for the 2 blocks/],
  ["an empty list", [[0], []], /gives a list of 0 for block 1/],
  ["a bare number", [0, [1]], /gives 0 for block 0/],
  ["a block beyond the source", [[0], [3]], /names 3 for block 1, and the source has 3 blocks/],
  ["a block before the first", [[-1], [0]], /names -1 for block 0/],
  ["half a block", [[0.5], [0]], /names 0\.5 for block 0/],
] as const)
  test(`turned down: ${what}`, async () => {
    await assert.rejects(given(layers), (error: StepError) => {
      assert.ok(error instanceof StepError, String(error))
      assert.match(error.message, /`layers` of the transfer "mine"/)
      assert.match(error.message, message)
      return /give 2 lists.*from 0 to 2/.test(error.help)
    })
  })
