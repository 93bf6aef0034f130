import assert from "node:assert/strict"
import { test } from "node:test"
import { checkFinite } from "../../../src/run/steps/finite.ts"

const rows = (...numbers: number[]) => ({ shape: [2, numbers.length / 2], data: Float32Array.from(numbers) })
const sound = { features: rows(1, 2, 3, 4), "gates/layer.0": rows(0.5, 0.5, 1, 0), "entropy/layer.0": rows(1, 0) }

test("finite passes are let through", () => checkFinite(sound, "a module"))

const wrong: readonly (readonly [string, Parameters<typeof checkFinite>[0], RegExp])[] = [
  [
    "gates before the states that follow from them",
    { features: rows(1 / 0, 2, 3, 4), "gates/layer.0": rows(1, 0, 0 / 0, 0) },
    /^gates of the router "mine" at layer\.0 are not finite: NaN for text 2 of 2$/,
  ],
  [
    "signed gates by their entropy",
    { ...sound, "entropy/model": rows(1, 0 / 0) },
    /^entropies of the gates of .*text 2/,
  ],
  ["states", { features: rows(1, 1 / 0, 3, 4) }, /^states of the texts of .*: Infinity for text 1 of 2$/],
]
for (const [name, arrays, message] of wrong)
  test(`refused: ${name}`, () =>
    assert.throws(() => checkFinite(arrays, 'the router "mine"'), { name: "StepError", message, help: /./ }))
