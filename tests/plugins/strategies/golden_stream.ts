/** What the golden strategies are trained on and how, as their scripts have it: three tasks of two classes, a batch for each. */
import type { Artifact, StoredArray } from "../../../src/plan/step.ts"
import { type Adapter, Schema, type Strategy } from "../../../src/plugin/index.ts"
import { loadPlugin } from "../../../src/plugin/load.ts"
import { storedTexts } from "../../../src/run/steps/given.ts"
import { textsOf } from "../../model/golden.ts"

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
