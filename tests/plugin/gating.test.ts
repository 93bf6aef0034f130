/** Masks of the largest elements, one by one, on both backends: also of equals, and of numbers of any size. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { input, largestMasks } from "../../src/plugin/index.ts"
import { run } from "../../src/testing/run_program.ts"
import { engines, hostOf } from "../model/golden.ts"

const ROWS = [
  [0.1, 0.7, 0.2, 0.4],
  [3, 3, 5, 3],
  [-2e6, 4e6, 1e6, -8e6],
  [0, 0, 0, 0],
]
const PLACES = [
  [1, 3, 2],
  [2, 0, 1],
  [1, 2, 0],
  [0, 1, 2],
]

for (const engine of ["reference", "onnxruntime"] as const)
  test(`the largest, the second, the third of each row, on ${engine}`, async () => {
    const masks = largestMasks(input("x", [4, 4]), 3)
    const outputs = Object.fromEntries(masks.map((mask, rank) => [`${rank}`, mask]))
    const found = await run(await engines[engine](), outputs, { x: hostOf(ROWS) })
    masks.forEach((_, rank) => {
      const expected = PLACES.flatMap((places) => [0, 1, 2, 3].map((column) => Number(column === places[rank])))
      assert.deepEqual(Array.from(found[rank].data, Number), expected, `rank ${rank + 1}`)
    })
  })
