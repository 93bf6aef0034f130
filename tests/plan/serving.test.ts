import assert from "node:assert/strict"
import { test } from "node:test"
import bottleneck from "../../plugins/adapters/bottleneck.ts"
import lora from "../../plugins/adapters/lora.ts"
import prefix from "../../plugins/adapters/prefix.ts"
import prompt from "../../plugins/adapters/prompt.ts"
import stack from "../../plugins/adapters/stack.ts"
import arrow from "../../plugins/routers/arrow.ts"
import l2r from "../../plugins/routers/l2r.ts"
import type { Resolved } from "../../src/plan/chosen.ts"
import { whyNotServed } from "../../src/plan/rows/serving.ts"
import { type Adapter, assembled, Schema } from "../../src/plugin/index.ts"

const adapter = (plugin: Adapter, options: object = {}): Resolved<Adapter> => ({
  plugin,
  chosen: { plugin: plugin.name, options: Schema.decodeUnknownSync(plugin.options)(options as never) },
  code: "",
})

test("a router that needs factors is served by low-rank modules at the same sites, of any rank", () => {
  assert.equal(whyNotServed(arrow, [adapter(lora), adapter(lora, { rank: 2 })]), undefined)
  assert.equal(
    whyNotServed(arrow, [
      adapter(lora, { targets: ["query", "value"] }),
      adapter(lora, { targets: ["value", "query"] }),
    ]),
    undefined,
  )
})

test("else it says why not", () => {
  assert.match(
    whyNotServed(arrow, [adapter(lora), adapter(bottleneck)]) as string,
    /arrow needs low-rank modules; the adapter bottleneck is not/,
  )
  assert.match(
    whyNotServed(arrow, [adapter(lora), adapter(lora, { targets: ["key"] })]) as string,
    /at the same sites; some are at query, value, some at key/,
  )
  assert.match(
    whyNotServed(arrow, [adapter(lora), adapter(lora, { decomposed: true })]) as string,
    /arrow needs low-rank modules; the adapter lora with these options is not low-rank/,
  )
})

test("gates for each token are not defined where tokens join a text, be it by a part of a module; keys and values may join", () => {
  const parts = [adapter(lora), adapter(prompt)].map(({ plugin, chosen }) => ({
    adapter: plugin,
    options: chosen.options,
  }))
  const stacked = adapter(assembled(stack, parts), { of: ["low_rank", "before"] })
  for (const one of [adapter(prompt), stacked]) {
    assert.match(
      whyNotServed(l2r, [adapter(lora), one], { granularity: "token", query: "site" }) as string,
      /l2r weighs modules for each token of a text, and those of the adapter (prompt|stack) are no tokens of a text/,
    )
    assert.equal(whyNotServed(l2r, [adapter(lora), one], { granularity: "example", query: "site" }), undefined)
    assert.match(
      whyNotServed(arrow, [adapter(lora), one], { granularity: "token", query: "site" }) as string,
      /needs low-rank modules/,
    )
  }
  assert.equal(whyNotServed(l2r, [adapter(lora), adapter(prefix)], { granularity: "token", query: "site" }), undefined)
})

test("a router that needs nothing serves all", () => {
  assert.equal(whyNotServed(l2r, [adapter(lora), adapter(bottleneck)]), undefined)
})
