/** Checks of how a strategy is trained: which texts it sees, that it comes to the same bytes, and what it leaves as it was. */
import assert from "node:assert/strict"
import type { Snapshot } from "../model/halfway.ts"
import type { Artifact } from "../plan/step.ts"
import { randomStream } from "../plugin/index.ts"
import { storedTexts, textsIn } from "../run/steps/given.ts"
import { performers } from "../run/steps/index.ts"
import { isBeside } from "../run/steps/training/strategy/carried.ts"
import type { Work } from "../run/work.ts"
import type { Check } from "./check.ts"
import { gap } from "./nearness.ts"
import { type StrategySetting, trainedAt, trainedTo, trainingBench, workAt, writesItself } from "./strategy_stream.ts"
import { toyTexts } from "./toy_network.ts"
import { type TrainingStream, withOtherPairs, withOtherWritten, writtenBy } from "./writing_stream.ts"

export const trainingChecks = (setting: StrategySetting): readonly Check[] => {
  const { strategy } = setting
  const oneByOne = strategy.visits === "one_by_one"
  const made = () => trainingBench(setting)

  const texts: Check["run"] = async () => {
    const { bench, stream } = await made()
    const stages = await trainedTo(bench, setting, stream, 1)
    const at = (changed: TrainingStream) => trainedAt(bench, setting, changed, 1, stages[0])
    same(await at(withTexts(stream, 2, () => true)), stages[1], "texts of a task that is still to come")
    if (oneByOne) {
      const kept = new Set(strategy.replays && !writesItself(setting) ? stream.memories[0].arrays.indices.data : [])
      same(
        await at(withTexts(stream, 0, (i) => !kept.has(i))),
        stages[1],
        "texts of an earlier task that are forgotten",
      )
    }
    assert.ok(differ(await at(withTexts(stream, 1, () => true)), stages[1]), "the texts of its task change nothing")
  }

  const replays: Check["run"] = async () => {
    const { bench, stream } = await made()
    const stages = await trainedTo(bench, setting, stream, 1)
    const others = (): TrainingStream => {
      if (writesItself(setting)) return withOtherWritten(stream, 0)
      const kept = new Set(stream.memories[0].arrays.indices.data)
      return withTexts(stream, 0, (i) => kept.has(i))
    }
    const other = await trainedAt(bench, setting, others(), 1, stages[0])
    assert.ok(differ(other, stages[1]), "the remembered texts change nothing")
  }

  const written: Check["run"] = async () => {
    const { bench, stream } = await made()
    const stages = await trainedTo(bench, setting, stream, 1)
    const own = await writtenBy(bench, stages[0], 0)
    assert.ok(textsIn(own, "train/samples").length > 0, "its model has written no sample")
    const replayed = { ...stream, memories: [own, ...stream.memories.slice(1)] }
    const second = await trainedAt(bench, setting, replayed, 1, stages[0])
    assert.ok(differ(second, stages[1]), "what its model has written changes nothing")
    for (const [name, { data }] of Object.entries(second.arrays))
      assert.ok(Array.from(data, Number).every(Number.isFinite), `${name} is not finite`)
  }

  const repeatable: Check["run"] = async () => {
    const { bench, stream } = await made()
    const [once, again] = [await trainedTo(bench, setting, stream, 2), await trainedTo(bench, setting, stream, 2)]
    for (const [stage, artifact] of once.entries()) {
      same(again[stage], artifact, `stage ${stage + 1} again`)
      for (const [name, { data }] of Object.entries(artifact.arrays))
        assert.ok(Array.from(data, Number).every(Number.isFinite), `${name} is not finite after stage ${stage + 1}`)
    }
  }

  const halfway: Check["run"] = async () => {
    const { bench, stream } = await made()
    const stages = await trainedTo(bench, setting, stream, 1)
    const snapshots: Snapshot[] = []
    const going = (stopped: Partial<Work["halfway"]>) => {
      const work = workAt(bench, setting, stream, 1, stages[0])
      return performers.shared({ ...work, halfway: { ...work.halfway, every: 0, ...stopped } })
    }
    await going({ write: (snapshot) => snapshots.push(copiedSnapshot(snapshot)) })
    assert.ok(snapshots.length > 1, "nothing is kept halfway")
    same(await going({ read: () => snapshots[snapshots.length >> 1] }), stages[1], "what was stopped halfway")
  }

  const inputs: Check["run"] = async () => {
    const { bench, stream } = await made()
    const [first] = await trainedTo(bench, setting, stream, 0)
    const all = [first, ...stream.tokens, ...stream.memories, ...(stream.samples ?? [])]
    const weights = { json: {}, arrays: bench.network.checkpoint.weights as Artifact["arrays"] }
    const copies = [...all, weights].map(copied)
    await trainedAt(bench, setting, stream, 1, first)
    for (const [i, one] of [...all, weights].entries()) same(one, copies[i], "what a stage is given")
  }

  const frozen: Check["run"] = async () => {
    const { bench, stream } = await made()
    const stages = await trainedTo(bench, setting, stream, 2)
    for (const stage of [1, 2]) {
      const { bodyAfter, earlierClasses } = strategy.freezes!(stage, setting.options)
      for (const [name, { shape, data }] of Object.entries(stages[stage].arrays)) {
        const before = stages[stage - 1].arrays[name]
        if (!before || isBeside(name)) continue
        const [inHead, classes] = [name.startsWith("head/"), shape.at(-1)!]
        if (name.startsWith("head/representation/")) continue
        const stays = (i: number) => (inHead ? earlierClasses && i % classes < 2 * stage : bodyAfter === 0)
        data.forEach((value: number | bigint, i: number) => {
          if (stays(i)) assert.equal(value, before.data[i], `${name}[${i}] at stage ${stage + 1}`)
        })
      }
    }
  }

  return [
    { name: "trains on the texts of its task alone, and on what is remembered", run: texts },
    ...(strategy.replays ? [{ name: "what is remembered takes part", run: replays }] : []),
    ...(writesItself(setting) ? [{ name: "is trained on what its own model has written", run: written }] : []),
    { name: "is the same to the byte when trained again, and finite", run: repeatable },
    { name: "goes on to the same bytes where it was stopped halfway", run: halfway },
    { name: "changes nothing of what it is given", run: inputs },
    ...(strategy.freezes ? [{ name: "what it freezes keeps its bytes", run: frozen }] : []),
  ]
}

/** Some training texts of a task are others. */
const withTexts = (stream: TrainingStream, task: number, which: (text: number) => boolean): TrainingStream => {
  if (stream.samples) return withOtherPairs(stream, task)
  const others = toyTexts(100, randomStream(17, "other texts"))
  const tokens = stream.tokens.map((artifact, t): Artifact => {
    if (t !== task) return artifact
    const texts = textsIn(artifact, "train").map((text, i) => (which(i) ? others[i] : text))
    return { ...artifact, arrays: { ...artifact.arrays, ...storedTexts("train", texts) } }
  })
  return { ...stream, tokens }
}

export const parametersOf = ({ arrays }: Artifact): Artifact["arrays"] =>
  Object.fromEntries(Object.entries(arrays).filter(([name]) => !isBeside(name)))

const copied = ({ json, arrays }: Artifact): Artifact => ({
  json,
  arrays: Object.fromEntries(
    Object.entries(arrays).map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]),
  ) as Artifact["arrays"],
})

export const copiedSnapshot = (snapshot: Snapshot): Snapshot =>
  Object.fromEntries(Object.entries(snapshot).map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]))

const differ = (one: Artifact, other: Artifact): boolean =>
  Object.entries(parametersOf(one)).some(([name, array]) => gap(array, other.arrays[name]) > 1e-6)

export const same = (one: Artifact, other: Artifact, what: string): void => {
  assert.deepEqual(Object.keys(one.arrays), Object.keys(other.arrays), what)
  for (const [name, { data }] of Object.entries(one.arrays))
    assert.deepEqual(data, other.arrays[name].data, `${what}: ${name}`)
}
