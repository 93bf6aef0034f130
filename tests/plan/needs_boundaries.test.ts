/** What must be told where a task ends is derived from what a strategy says. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { whyBoundaries } from "../../src/plan/needs_boundaries.ts"
import { type Initials, type PoolSite, zeros } from "../../src/plugin/index.ts"
import { strategyWith } from "../plugin/strategy_with.ts"

const pooled = (parameters: (sizes: { readonly stage: number; readonly sites: readonly PoolSite[] }) => Initials) =>
  strategyWith({ pool: { query: () => "frozen_cls", parameters, gives: () => undefined } })

test("a pool must be told where its parameters go by stage, and need not where they do not", () => {
  assert.equal(
    whyBoundaries(
      pooled(() => ({ keys: zeros([4]) })),
      {},
    ),
    undefined,
  )
  assert.match(
    whyBoundaries(
      pooled(({ stage }) => ({ keys: zeros([stage + 1]) })),
      {},
    )!,
    /go by task/,
  )
})

test("a pool that reads parameters of one adapter by name can't be asked, and is told", () => {
  const reads = ({ sites }: { readonly sites: readonly PoolSite[] }) => ({ A: zeros(sites[0].initials.A.shape) })
  assert.match(whyBoundaries(pooled(reads), {})!, /go by task/)
})
