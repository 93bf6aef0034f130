/**
 * Tests of any grouping: `testGrouping(plugin, options)` in a test file of node:test.
 * On toy modules, by the steps of a run: that every task has one group, on what this depends, and what the modules of groups come to.
 */
import assert from "node:assert/strict"
import type { Artifact, StoredArray } from "../plan/step.ts"
import { type Grouping, randomStream } from "../plugin/index.ts"
import { type Check, register } from "./check.ts"
import {
  asOneTask,
  type GroupedSetting,
  grouped,
  together,
  trainedApart,
  trainedTogether,
  withoutValidation,
} from "./grouped_stream.ts"
import { decoded, titleOf, type Written } from "./plugin_options.ts"
import { toyBench } from "./router_bench.ts"

export interface GroupingSettings {
  /** Options with which all tasks are one group. */
  readonly one?: Written
  /** Options with which each of three tasks is a group of its own. */
  readonly each?: Written
}

export const testGrouping = (grouping: Grouping, written: Written = {}, settings: GroupingSettings = {}): void =>
  register(titleOf(grouping, written), groupingChecks(grouping, written, settings))

export const groupingChecks = (
  grouping: Grouping,
  written: Written = {},
  { one, each }: GroupingSettings = {},
): readonly Check[] => {
  const setting: GroupedSetting = { grouping, options: decoded(grouping, written) }
  /** With modules of its own, for a grouping at fault may write into them. */
  const made = async (tasks: number) => {
    const { bench, stream } = await toyBench(grouping, "reference", ["low_rank"], tasks)
    return { bench, stream: { ...stream, modules: stream.modules.map(copied) } }
  }
  /** Six modules in pairs that are alike but for little. */
  const pairs = async () => {
    const { bench, stream } = await made(3)
    return { bench, modules: [...stream.modules, ...stream.modules.map(nearly)] }
  }

  const groups: Check["run"] = async () => {
    for (const tasks of [1, 2, 3, 5]) {
      const { bench, stream } = await made(tasks)
      const count = grouping.count(setting.options, tasks)
      assert.ok(Number.isInteger(count) && count >= 1 && count <= tasks, `${count} groups of ${tasks} modules`)
      const found = await grouped(bench, setting, stream.modules)
      assert.equal(found.length, tasks)
      assert.deepEqual(
        [...new Set(found)].sort((a, b) => a - b),
        Array.from({ length: count }, (_, g) => g),
      )
    }
  }

  const repeatable: Check["run"] = async () => {
    const { bench, modules } = await pairs()
    const copies = modules.map(copied)
    for (const seed of [1, 2]) {
      const [once, again] = [await grouped(bench, setting, modules, seed), await grouped(bench, setting, modules, seed)]
      assert.deepEqual(again, once)
    }
    modules.forEach(({ arrays }, m) => {
      for (const [name, { data }] of Object.entries(copies[m].arrays))
        assert.deepEqual(arrays[name].data, data, `${name} of module ${m + 1} is another after it was grouped`)
    })
  }

  const order: Check["run"] = async () => {
    const { bench, modules } = await pairs()
    const places = [4, 2, 0, 5, 1, 3]
    const found = await grouped(bench, setting, modules)
    const turned = await grouped(
      bench,
      setting,
      places.map((place) => modules[place]),
    )
    assert.deepEqual(together(turned), together(places.map((place) => found[place])))
  }

  /** Three tasks with their own modules, and the modules of their groups under some options. */
  const retrained = async (options: Written) => {
    const { bench, stream } = await made(3)
    const at: GroupedSetting = { grouping, options: decoded(grouping, { ...written, ...options }) }
    const tokens = stream.tokens.map(withoutValidation)
    const apart = await trainedApart(bench, tokens)
    const found = await grouped(bench, at, apart)
    return { bench, tokens, apart, found, of: await trainedTogether(bench, found, tokens, apart) }
  }

  const all: Check["run"] = async () => {
    const { bench, tokens, found, of } = await retrained(one!)
    assert.deepEqual(found, [0, 0, 0], "there are several groups")
    const [union] = await trainedApart(bench, [asOneTask(tokens)])
    sameArrays(of[0], union, "the module of all tasks")
  }

  const own: Check["run"] = async () => {
    const { apart, found, of } = await retrained(each!)
    assert.equal(of.length, 3, `there are ${of.length} groups`)
    found.forEach((group, t) => {
      sameArrays(of[group], apart[t], `the module of task ${t + 1}`)
    })
  }

  return [
    { name: "every module is in one group, as many as are said, and none is empty", run: groups },
    { name: "is the same when grouped again with the same seed, and changes no module", run: repeatable },
    { name: "modules in another order are together with the same ones", run: order },
    {
      name: "one group is one module that is trained on all tasks",
      run: all,
      ...(one ? {} : { skip: "no options are named with which there is one group" }),
    },
    {
      name: "a group for each task keeps each task's own module",
      run: own,
      ...(each ? {} : { skip: "no options are named with which each task has its own" }),
    },
  ]
}

const copied = ({ json, arrays }: Artifact): Artifact => ({
  json,
  arrays: Object.fromEntries(
    Object.entries(arrays).map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]),
  ) as Artifact["arrays"],
})

/** The same module but for a thousandth. */
const nearly = ({ json, arrays }: Artifact, m: number): Artifact => {
  const random = randomStream(31, "a module like another", m)
  const moved = ({ shape, data }: StoredArray): StoredArray => ({
    shape,
    data: Float32Array.from(data as Float32Array, (x) => x + 1e-3 * random.normal()),
  })
  return {
    json: { ...(json as object), task: `${(json as { task: string }).task} again` } as unknown as Artifact["json"],
    arrays: Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, moved(array)])),
  }
}

const sameArrays = (found: Artifact, expected: Artifact, what: string): void => {
  for (const [name, { data }] of Object.entries(expected.arrays))
    assert.deepEqual(found.arrays[name]?.data, data, `${what}: ${name}`)
}
