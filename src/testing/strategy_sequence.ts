/** Checks of strategies that need not be told where a task ends: along one sequence of texts they are trained alike, wherever its tasks end. */
import assert from "node:assert/strict"
import type { Snapshot } from "../model/halfway.ts"
import type { Artifact } from "../plan/step.ts"
import { randomStream, type TokenIds } from "../plugin/index.ts"
import { arrivalOf } from "../run/steps/arrival.ts"
import { storedTexts } from "../run/steps/given.ts"
import { performers } from "../run/steps/index.ts"
import type { Work } from "../run/work.ts"
import type { Check } from "./check.ts"
import { gap } from "./nearness.ts"
import { type StrategySetting, stepOf, strategyBench } from "./strategy_stream.ts"
import { copiedSnapshot, same } from "./strategy_training.ts"
import { toyTexts } from "./toy_network.ts"
import { type Bench, backbone, perform, workOf } from "./work.ts"

/** The same 24 texts, cut into tasks at two kinds of places. */
const CUTS = [
  [8, 8, 8],
  [5, 13, 6],
] as const
const NAMES = ["task 0", "task 1", "task 2"]
const MEMORY = { plugin: "reservoir", options: { capacity: 6 } }

interface Sequence {
  readonly texts: readonly TokenIds[]
  readonly labels: readonly number[]
}

const sequence = (): Sequence => {
  const texts = toyTexts(24, randomStream(23, "a sequence"))
  return { texts, labels: texts.map((_, place) => 2 * Math.floor(place / 8) + (place % 2)) }
}

/** Tasks of these sizes, whose texts arrive as the sequence says. Each has the classes of its texts, by their names. */
const tasksOf = ({ texts, labels }: Sequence, sizes: readonly number[]): readonly Artifact[] => {
  const arrived = arrivalOf(NAMES, sizes, 1)
  return NAMES.map((task, t) => {
    const placeOf = (index: number) => arrived.findIndex((one) => one.task === t && one.index === index)
    const places = Array.from({ length: sizes[t] }, (_, index) => placeOf(index))
    const classes = [...new Set(places.map((place) => labels[place]))].sort()
    const own = Int32Array.from(places, (place) => classes.indexOf(labels[place]))
    return {
      json: { task, labels: classes.map((c) => `class ${c}`) },
      arrays: {
        ...storedTexts(
          "train",
          places.map((place) => texts[place]),
        ),
        "train/labels": { shape: [own.length], data: own },
      },
    }
  })
}

const workAlong = async (
  bench: Bench,
  setting: StrategySetting,
  all: Sequence,
  sizes: readonly number[] = CUTS[0],
): Promise<Work> => {
  const { strategy } = setting
  const tokens = tasksOf(all, sizes)
  const features = (texts: Artifact) => perform(bench, "features", { backbone, split: "train" }, { texts })
  const given = { tasks: NAMES, blur: 0, ...(strategy.replays ? { memory: MEMORY } : {}) }
  const options = { ...stepOf(setting, 0, {}), scenario: "domain_incremental", sequence: given }
  return workOf(bench, options, {
    tokens,
    previous: [],
    ...(strategy.pool ? { features: await Promise.all(tokens.map(features)) } : {}),
  })
}

/** The model where a task has come, with what it had met; where its memory lies among the tasks is left out. */
const modelAt = ({ json, arrays }: Artifact, task: number): Artifact => ({
  json,
  arrays: Object.fromEntries(
    Object.entries(arrays).filter(([name]) => name.startsWith(`after/${task}/`) && !name.includes("/indices/")),
  ),
})

export const sequenceChecks = (setting: StrategySetting): readonly Check[] => {
  const along = async (all: Sequence, sizes?: readonly number[]) => {
    const { bench } = await strategyBench(setting)
    return performers.course(await workAlong(bench, setting, all, sizes))
  }

  const moved: Check["run"] = async () => {
    const [one, other] = [await along(sequence(), CUTS[0]), await along(sequence(), CUTS[1])]
    same(modelAt(other, 2), modelAt(one, 2), "the model after a sequence whose tasks end elsewhere")
    assert.ok(
      Object.entries(modelAt(one, 0).arrays).some(
        ([name, array]) => !name.endsWith("/seen") && gap(array, one.arrays[name.replace("after/0", "after/2")]) > 1e-6,
      ),
      "nothing is learnt after the first task",
    )
  }

  const later: Check["run"] = async () => {
    const all = sequence()
    const others = toyTexts(24, randomStream(24, "other texts"))
    // A batch more than the first task has: the model is looked at after the batch in which it ends.
    const changed = { ...all, texts: all.texts.map((text, place) => (place < 12 ? text : others[place])) }
    same(modelAt(await along(changed), 0), modelAt(await along(all), 0), "texts that are still to come")
  }

  const halfway: Check["run"] = async () => {
    const { bench } = await strategyBench(setting)
    const snapshots: Snapshot[] = []
    const going = async (stopped: Partial<Work["halfway"]>) => {
      const work = await workAlong(bench, setting, sequence())
      return performers.course({ ...work, halfway: { ...work.halfway, every: 0, ...stopped } })
    }
    const whole = await going({ write: (snapshot) => snapshots.push(copiedSnapshot(snapshot)) })
    assert.ok(snapshots.length > 2, "nothing is kept halfway")
    // The first stands within the passes over a batch, the second between two batches.
    for (const at of [0, 1, snapshots.length - 2])
      same(await going({ read: () => snapshots[at] }), whole, "what was stopped halfway along a sequence")
  }

  return [
    { name: "along a sequence is the same to the byte wherever its tasks end", run: moved },
    { name: "along a sequence is trained on the texts that have come alone", run: later },
    { name: "along a sequence goes on to the same bytes where it was stopped halfway", run: halfway },
  ]
}
