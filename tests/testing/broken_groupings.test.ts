/** The kit finds what is wrong with broken groupings: each of its checks can fail. */
import assert from "node:assert/strict"
import { test } from "node:test"
import mbc from "../../plugins/groupings/mbc.ts"
import { defineGrouping, type Grouping, NoOptions } from "../../src/plugin/index.ts"
import { type GroupingSettings, groupingChecks, testGrouping } from "../../src/testing/grouping.ts"

testGrouping(mbc, { clusters: 3 }, { one: { clusters: 1 }, each: { clusters: 9 } })
testGrouping(mbc, { clusters: 2, sparsity: 0 })

const sound = { name: "broken", summary: "a grouping with a fault", options: NoOptions } as const
const two = (_: unknown, modules: number) => Math.min(2, modules)

/** The checks whose names begin so must fail. */
const finds = (
  what: string,
  own: Pick<Grouping, "groups"> & Partial<Pick<Grouping, "count">>,
  expected: readonly string[],
  settings: GroupingSettings = {},
): void => {
  test(`found: ${what}`, async () => {
    const checks = groupingChecks(defineGrouping({ ...sound, count: two, ...own } as never), {}, settings)
    for (const beginning of expected) {
      const check = checks.find(({ name }) => name.startsWith(beginning))
      assert.ok(check && !check.skip, `there is no check "${beginning}"`)
      await assert.rejects(check.run, `"${beginning}" passed`)
    }
  })
}

finds("a group that is empty", { groups: (modules) => modules.map(() => 0) }, ["every module"])
finds("a group that is not there", { groups: (modules) => modules.map((_, i) => i % 3) }, ["every module"])
finds("a module without a group", { groups: (modules) => modules.slice(1).map((_, i) => i % 2) }, ["every module"])
finds("more groups than modules", { count: () => 2, groups: (modules) => modules.map((_, i) => i % 2) }, [
  "every module",
])
finds("groups by chance", { groups: (modules) => byRank(modules.map(() => Math.random())) }, ["is the same"])
finds(
  "modules that are written into",
  {
    groups: (modules) => {
      for (const { parameters } of modules)
        for (const { data } of Object.values(parameters)) (data as Float32Array).fill(1)
      return modules.map((_, i) => i % 2)
    },
  },
  ["is the same"],
)
finds("groups by the place in the stream", { groups: (modules) => modules.map((_, i) => i % 2) }, [
  "modules in another",
])
finds("two groups where there shall be one", { groups: (modules) => modules.map((_, i) => i % 2) }, ["one group"], {
  one: {},
})
finds(
  "two tasks together where each shall have its own",
  { groups: (modules) => modules.map((_, i) => i % 2) },
  ["a group for each"],
  { each: {} },
)

/** Half of them in each group. */
function byRank(values: readonly number[]): readonly number[] {
  const sorted = [...values].sort((a, b) => a - b)
  return values.map((value) => (values.length > 1 && sorted.indexOf(value) >= values.length / 2 ? 1 : 0))
}
