/** What the golden strategies are trained on and how, as their scripts have it: three tasks of two classes, a batch for each. */
import assert from "node:assert/strict"
import type { Artifact, StoredArray } from "../../../src/plan/step.ts"
import { type Adapter, Schema, type Strategy, type TokenIds } from "../../../src/plugin/index.ts"
import { loadPlugin } from "../../../src/plugin/load.ts"
import { storedTexts } from "../../../src/run/steps/given.ts"
import { type Bench, backbone, perform } from "../../../src/testing/work.ts"
import { apart, hostOf, type Nested, textsOf } from "../../model/golden.ts"

export const TASKS = 3

interface Golden {
  readonly ids: readonly (readonly number[])[]
  readonly labels: readonly number[]
  /** Epochs and rates. */
  readonly settings: object
}

/** Texts of a task. */
export const sizeOf = ({ ids }: Golden): number => ids.length / TASKS

/** What the scripts train with, besides what each says itself. */
export const PLAIN = {
  accumulate: 1,
  optimiser: "adamw",
  decayed: "all",
  clip: "none",
  label_smoothing: 0,
  schedule: "linear",
  warm_up: 0,
  initialisation: "own",
  early_stop: "none",
  earlier: "absent",
}

export const trainOf = (golden: Golden) => ({ ...PLAIN, ...golden.settings, batch: sizeOf(golden) })

export const whole = (values: readonly number[]): StoredArray => ({
  shape: [values.length],
  data: Int32Array.from(values),
})

export const tokensOf = (golden: Golden): readonly Artifact[] => {
  const [texts, size] = [textsOf(golden.ids), sizeOf(golden)]
  return Array.from({ length: TASKS }, (_, t): Artifact => {
    const own = <One>(all: readonly One[]) => all.slice(t * size, (t + 1) * size)
    const labels = own(golden.labels).map((label) => label % 2)
    return {
      json: { task: `task ${t}`, labels: ["even", "odd"] },
      arrays: { ...storedTexts("train", own(texts)), "train/labels": whole(labels) },
    }
  })
}

/** A plugin that ships, with options as a spec writes them. */
export const chosen = async (kind: "strategy" | "adapter", plugin: string, written: object) => {
  const { options } = (await loadPlugin(kind, plugin)) as Strategy | Adapter
  return { plugin, options: Schema.decodeUnknownSync(options)(written as never) }
}

/** Texts to test on, after the last task. */
export const blindOf = (texts: readonly TokenIds[]): Artifact => ({
  json: {},
  arrays: { ...storedTexts("test", texts), "stage/2": whole([...texts.keys()]) },
})

type Arrays = Readonly<Record<string, Readonly<Record<string, Nested>>>>

/** Of a model: the adapter at each site, and the head. */
export interface Values {
  readonly adapter: Arrays
  readonly head: Arrays[string]
}

export const named = ({ adapter, head }: Values): readonly (readonly [string, Nested])[] =>
  Object.entries({ ...adapter, head }).flatMap(([site, values]) =>
    Object.entries(values).map(([name, value]) => [`${site}/${name}`, value] as const),
  )

/** A model as a step of a run gives it. */
export const modelOf = (values: Values): Artifact => ({
  json: {},
  arrays: Object.fromEntries(named(values).map(([name, value]) => [name, hostOf(value) as StoredArray])),
})

export const LORA = { plugin: "lora", options: { rank: 4, alpha: 8, dropout: 0, targets: ["query", "value"] } }

/** What the script remembers of each task. */
export const memoriesOf = (golden: Golden & { readonly remembered: readonly (readonly number[])[] }) =>
  golden.remembered.map(
    (kept, t): Artifact => ({ json: {}, arrays: { indices: whole(kept.map((i) => i - t * sizeOf(golden))) } }),
  )

interface Trained {
  readonly start: Artifact
  /** Of a strategy that does not train every weight. */
  readonly adapter?: object
  readonly memories?: readonly Artifact[]
}

/** The model after the third task. */
export const trained = async (
  bench: Bench,
  golden: Golden,
  strategy: object,
  { start, adapter, memories = [] }: Trained,
): Promise<Artifact> => {
  let before = start
  for (let stage = 0; stage < TASKS; stage++)
    before = await perform(
      bench,
      "shared",
      {
        backbone,
        strategy,
        ...(adapter ? { adapter } : {}),
        train: trainOf(golden),
        name: "sequential",
        stage,
        seed: 1,
        replayed: 100,
        visits: [stage],
      },
      { tokens: tokensOf(golden), previous: [before], memories: memories.slice(0, stage) },
    )
  return before
}

/** What is trained is held in float32, for nine updates; 2e-7 was found. */
export const TOLERANCE = 5e-6

export const assertNear = ({ arrays }: Artifact, expected: readonly (readonly [string, Nested])[]): void => {
  for (const [name, value] of expected) {
    assert.ok(arrays[name], `${name} is not among ${Object.keys(arrays).join(", ")}`)
    const gap = apart(arrays[name].data as Float32Array, value)
    assert.ok(gap < TOLERANCE, `${name}: ${gap}`)
  }
}
