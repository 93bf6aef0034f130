/** Every adapter that ships, in the settings that change its formula. */
import assert from "node:assert/strict"
import { test } from "node:test"
import bitfit from "../../plugins/adapters/bitfit.ts"
import bottleneck from "../../plugins/adapters/bottleneck.ts"
import compacter from "../../plugins/adapters/compacter.ts"
import full from "../../plugins/adapters/full.ts"
import ia3 from "../../plugins/adapters/ia3.ts"
import layerNorm from "../../plugins/adapters/layer_norm.ts"
import lora from "../../plugins/adapters/lora.ts"
import prefix from "../../plugins/adapters/prefix.ts"
import prompt from "../../plugins/adapters/prompt.ts"
import sparse from "../../plugins/adapters/sparse.ts"
import stack from "../../plugins/adapters/stack.ts"
import { type Adapter, assembled } from "../../src/plugin/index.ts"
import { shipped } from "../../src/plugin/registry.ts"
import { testAdapter } from "../../src/testing/index.ts"
import { decoded, type Written } from "../../src/testing/plugin_options.ts"

/** A stack of adapters with these options, as a spec's declarations give it. */
const stackOf = (...members: readonly (readonly [Adapter, Written])[]): Adapter =>
  assembled(
    stack,
    members.map(([adapter, written]) => ({ adapter, options: decoded(adapter, written) })),
  )

test("all adapters that ship are tested here", () => {
  assert.deepEqual(
    shipped("adapter").map(({ name }) => name),
    [bitfit, bottleneck, compacter, full, ia3, layerNorm, lora, prefix, prompt, sparse, stack].map(({ name }) => name),
  )
})

testAdapter(lora, { rank: 2, alpha: 3 })
testAdapter(lora, {
  rank: 3,
  targets: ["query", "key", "value", "attention_output", "intermediate", "output"],
  dropout: 0.3,
})
testAdapter(lora, { rank: 3, alpha: 2, scaling: "rank_stabilised" })
// Its gradient takes the lengths of the columns for constants.
testAdapter(lora, { rank: 2, alpha: 3, decomposed: true, targets: ["query", "output"] }, { cutGradients: ["A", "B"] })
testAdapter(bottleneck, { reduction: 2, activation: "gelu" })
testAdapter(bottleneck, { reduction: 4, activation: "tanh", place: "houlsby" })
testAdapter(bottleneck, { reduction: 16, activation: "silu" })
testAdapter(bottleneck, { reduction: 2, activation: "relu", place: "parallel", scale: 4 })
testAdapter(ia3, {})
testAdapter(ia3, { targets: ["intermediate", "output"] })
testAdapter(ia3, { targets: ["key", "attention_output", "output"], inputs: ["attention_output", "output"] })
testAdapter(compacter, { reduction: 2, n: 2, activation: "tanh" })
testAdapter(compacter, { reduction: 4, n: 4, rank: 2, shared: false, place: "compacter_plus_plus" })
testAdapter(bitfit, {})
testAdapter(bitfit, { targets: ["query", "intermediate"] })
testAdapter(layerNorm, {})
testAdapter(layerNorm, { bias: false })
testAdapter(prefix, { length: 3 }, { startsAsIdentity: false })
testAdapter(prefix, { length: 2, hidden: 5 }, { startsAsIdentity: false })
testAdapter(prompt, { length: 3 }, { startsAsIdentity: false })
testAdapter(prompt, { length: 2, start: "normal", deviation: 0.5 }, { startsAsIdentity: false })
testAdapter(sparse, { share: 0.2 })
testAdapter(sparse, { share: 0.1, choose: "largest", targets: ["intermediate", "output"] })
testAdapter(full, { targets: ["value", "output"] })
// Two that meet at the feed-forward's output, and tokens before the text.
testAdapter(
  stackOf(
    [lora, { rank: 2, alpha: 3, targets: ["query", "output"], dropout: 0.3 }],
    [bottleneck, { reduction: 4, activation: "tanh" }],
    [prompt, { length: 2 }],
  ),
  { of: ["low_rank", "narrow", "before"] },
  { startsAsIdentity: false },
)
// Arrays that all sites share, two prefixes, and what is not trained.
testAdapter(
  stackOf(
    [prefix, { length: 1 }],
    [compacter, { reduction: 4, n: 2, activation: "tanh" }],
    [prefix, { length: 2, hidden: 3 }],
    [sparse, { share: 0.1 }],
  ),
  { of: ["keys", "kronecker", "more_keys", "few"] },
  { startsAsIdentity: false },
)
