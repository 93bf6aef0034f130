/** Every adapter that ships, in the settings that change its formula. */
import assert from "node:assert/strict"
import { test } from "node:test"
import bottleneck from "../../plugins/adapters/bottleneck.ts"
import lora from "../../plugins/adapters/lora.ts"
import { shipped } from "../../src/plugin/registry.ts"
import { testAdapter } from "../../src/testing/index.ts"

test("all adapters that ship are tested here", () => {
  assert.deepEqual(
    shipped("adapter").map(({ name }) => name),
    [bottleneck.name, lora.name],
  )
})

testAdapter(lora, { rank: 2, alpha: 3 })
testAdapter(lora, {
  rank: 3,
  targets: ["query", "key", "value", "attention_output", "intermediate", "output"],
  dropout: 0.3,
})
testAdapter(bottleneck, { reduction: 2, activation: "gelu" })
testAdapter(bottleneck, { reduction: 4, activation: "tanh", place: "houlsby" })
testAdapter(bottleneck, { reduction: 16, activation: "silu" })
