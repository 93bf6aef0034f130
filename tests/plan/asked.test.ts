/** Rows that a comparison names by a head: those that there are, and those that would be left out without a word. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { check } from "../../dsl/index.ts"
import shipped from "../../dsl/vocabulary.json" with { type: "json" }
import type { Vocabulary } from "../../dsl/vocabulary.ts"
import { PlanError } from "../../src/plan/chosen.ts"
import { makePlan } from "../../src/plan/plan.ts"

const place = fileURLToPath(new URL("../cli/tiny/", import.meta.url))
/** Of plugins whose heads no fact tells: then the plan knows them. */
const untold = JSON.parse(JSON.stringify(shipped), (key, value) => (key === "aggregate" ? undefined : value))
const planned = (compare: string) => {
  const text = `language 1
backbone encoder = bert "../../golden/tiny_bert" { max_tokens: 12 }
data words = jsonl "data"
stream both { tasks: words[weather, kitchen] }
memory few = random { per_class: 2 }
adapter low_rank = lora { rank: 1 }
train brief { epochs: 1, batch: 4 }
router learnt = l2r { memory: few }
router nearest = similarity { memory: few, shrinkage: 0.5 }
experiment e {
  on: encoder, stream: both, adapters: low_rank, train: brief, routers: [learnt, nearest], bounds: [oracle, uniform]
  compare ${compare} on accuracy
}
`
  const { spec } = check(text, { file: "f", vocabulary: untold as Vocabulary })
  assert.ok(spec, compare)
  return makePlan(spec, { directory: place, processor: "p" })
}

for (const compare of [
  "learnt against [nearest, uniform]",
  "learnt.refit against [learnt.kept, nearest.kept, uniform.refit]",
])
  test(`the table has ${compare}`, async () => {
    await planned(compare)
  })

for (const [compare, message] of [
  ["nearest.refit against learnt", /no row "nearest\.refit": nearest has kept heads alone/],
  ["learnt.kept against [uniform.kept, oracle.refit]", /no row "oracle\.refit": oracle has kept heads alone/],
] as const)
  test(`the table has no ${compare}`, async () => {
    const refused = await planned(compare).catch((error: unknown) => error)
    assert.ok(refused instanceof PlanError)
    assert.match(refused.message, message)
    assert.ok(refused.span, "the place in the spec")
  })
