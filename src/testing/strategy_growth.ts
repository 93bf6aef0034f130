/** Checks of strategies that grow, and of those that weigh what grows: modules of earlier tasks are at work while another is trained, and keep their bytes. */
import assert from "node:assert/strict"
import type { Artifact, StoredArray } from "../plan/step.ts"
import { attentionInitials, isOfAttention } from "../run/steps/training/strategy/attention.ts"
import { isEarlier } from "../run/steps/training/strategy/earlier.ts"
import type { Check } from "./check.ts"
import { gap } from "./nearness.ts"
import { type StrategySetting, trainedAt, trainedTo, trainingBench } from "./strategy_stream.ts"
import { parametersOf } from "./strategy_training.ts"

/** All arrays but the head are others. */
const withOtherModule = (artifact: Artifact): Artifact => ({
  ...artifact,
  arrays: Object.fromEntries(
    Object.entries(artifact.arrays).map(([name, { shape, data }]) => [
      name,
      { shape, data: name.startsWith("head/") ? data : data.map((_: number, i: number) => 0.5 + 0.1 * (i % 3)) },
    ]),
  ) as Record<string, StoredArray>,
})

export const growthCheck = (setting: StrategySetting): Check => ({
  name: "modules of earlier tasks are at work and keep their bytes",
  run: async () => {
    const { bench, stream } = await trainingBench(setting)
    const stages = await trainedTo(bench, setting, stream, 2)
    for (const stage of [1, 2])
      for (const [name, { data }] of Object.entries(parametersOf(stages[stage - 1]))) {
        if (name.startsWith("head/") || isOfAttention(name)) continue
        const kept = stages[stage].arrays[isEarlier(name) ? name : `earlier/${stage - 1}/${name}`]
        assert.deepEqual(kept?.data, data, `${name} of stage ${stage} is another at stage ${stage + 1}`)
        if (!isEarlier(name))
          assert.notDeepEqual(stages[stage].arrays[name].data, data, `${name} is no module of its own`)
      }
    const other = await trainedAt(bench, setting, stream, 1, withOtherModule(stages[0]))
    assert.ok(
      Object.entries(stages[1].arrays).some(
        ([name, array]) => !isEarlier(name) && gap(array, other.arrays[name]) > 1e-6,
      ),
      "the module of the first task has no part in what is learnt from the second",
    )
  },
})

/** All arrays of the attention are others. */
const withOtherAttention = (artifact: Artifact): Artifact => ({
  ...artifact,
  arrays: Object.fromEntries(
    Object.entries(artifact.arrays).map(([name, { shape, data }]) => [
      name,
      { shape, data: isOfAttention(name) ? data.map((x: number, i: number) => x + 0.1 * ((i % 5) - 2)) : data },
    ]),
  ) as Record<string, StoredArray>,
})

export const attentionCheck = (setting: StrategySetting): Check => ({
  name: "the attention is at work, and what it says to stay keeps its bytes",
  run: async () => {
    const { bench, stream } = await trainingBench(setting)
    const stages = await trainedTo(bench, setting, stream, 2)
    for (const stage of [1, 2])
      for (const [name, { trained }] of attentionInitials(bench.network, { ...setting, stage })) {
        const before = stages[stage - 1].arrays[name]
        const { data } = stages[stage].arrays[name]
        if (before && trained === false) assert.deepEqual(data, before.data, `${name} is another at stage ${stage + 1}`)
        if (before && trained !== false) assert.notDeepEqual(data, before.data, `${name} is not trained`)
      }
    const other = await trainedAt(bench, setting, stream, 1, withOtherAttention(stages[0]))
    assert.ok(
      Object.entries(stages[1].arrays).some(
        ([name, array]) => !isEarlier(name) && !isOfAttention(name) && gap(array, other.arrays[name]) > 1e-6,
      ),
      "the attention has no part in what the second task's module learns",
    )
  },
})
