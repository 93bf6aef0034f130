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
import { settingsFor } from "./settings.ts"

const checked = settingsFor(testAdapter)

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

checked(lora, { rank: 2, alpha: 3 })
checked(lora, {
  rank: 3,
  targets: ["query", "key", "value", "attention_output", "intermediate", "output"],
  dropout: 0.3,
})
checked(lora, { rank: 3, alpha: 2, scaling: "rank_stabilised" })
// Its gradient takes the lengths of the columns for constants.
checked(lora, { rank: 2, alpha: 3, decomposed: true, targets: ["query", "output"] }, { cutGradients: ["A", "B"] })
checked(bottleneck, { reduction: 2, activation: "gelu" })
checked(bottleneck, { reduction: 4, activation: "tanh", place: "houlsby" })
checked(bottleneck, { reduction: 16, activation: "silu" })
checked(bottleneck, { reduction: 2, activation: "relu", place: "parallel", scale: 4 })
checked(ia3, {})
checked(ia3, { targets: ["intermediate", "output"] })
checked(ia3, { targets: ["key", "attention_output", "output"], inputs: ["attention_output", "output"] })
checked(compacter, { reduction: 2, n: 2, activation: "tanh" })
checked(compacter, { reduction: 4, n: 4, rank: 2, shared: false, place: "compacter_plus_plus" })
checked(bitfit, {})
checked(bitfit, { targets: ["query", "intermediate"] })
checked(layerNorm, {})
checked(layerNorm, { bias: false })
checked(prefix, { length: 3 }, { startsAsIdentity: false })
checked(prefix, { length: 2, hidden: 5 }, { startsAsIdentity: false })
checked(prompt, { length: 3 }, { startsAsIdentity: false })
checked(prompt, { length: 2, start: "normal", deviation: 0.5 }, { startsAsIdentity: false })
checked(sparse, { share: 0.2 })
checked(sparse, { share: 0.1, choose: "largest", targets: ["intermediate", "output"] })
checked(full, { targets: ["value", "output"] })
// Two that meet at the feed-forward's output, and tokens before the text.
checked(
  stackOf(
    [lora, { rank: 2, alpha: 3, targets: ["query", "output"], dropout: 0.3 }],
    [bottleneck, { reduction: 4, activation: "tanh" }],
    [prompt, { length: 2 }],
  ),
  { of: ["low_rank", "narrow", "before"] },
  { startsAsIdentity: false },
)
// Arrays that all sites share, two prefixes, and what is not trained.
checked(
  stackOf(
    [prefix, { length: 1 }],
    [compacter, { reduction: 4, n: 2, activation: "tanh" }],
    [prefix, { length: 2, hidden: 3 }],
    [sparse, { share: 0.1 }],
  ),
  { of: ["keys", "kronecker", "more_keys", "few"] },
  { startsAsIdentity: false },
)
