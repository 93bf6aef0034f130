/** What a fit records: the mean gates over the remembered examples of each module's task (or tasks), by unit. */
import { forwardAll } from "../../../model/evaluate.ts"
import { copyInto } from "../../../model/grown.ts"
import { watched } from "../../../model/routed.ts"
import type { Artifact, StoredArray } from "../../../plan/step.ts"
import { type Constants, type Fit, type HostTensor, program } from "../../../plugin/index.ts"
import type { Work } from "../../work.ts"
import { servingIn, unitsIn } from "../given.ts"
import type { FitExamples } from "./examples.ts"
import type { FitObjective } from "./objective.ts"

/** Under this name routers find it. */
export const RECORDED = "recorded"

/** What the stage before recorded, in the sizes of this stage; nothing where there is none. */
export const recordedBefore = (previous: readonly Artifact[], modules: number): Readonly<Record<string, Constants>> =>
  Object.fromEntries(
    previous
      .flatMap((artifact) => Object.entries(unitsIn(artifact)))
      .flatMap(([unit, parts]) => (parts[RECORDED] ? [[unit, { [RECORDED]: grown(parts[RECORDED], modules) }]] : [])),
  )

/** [modules, modules] by unit, as arrays of the fit: a row for the tasks of each module; of `newest` the earlier rows are those of the stage before. */
export const recorded = async (
  work: Work,
  objective: FitObjective,
  examples: FitExamples,
  modules: number,
  records: Fit["records"],
  previous: readonly Artifact[],
): Promise<Record<string, StoredArray>> => {
  const before = records === "newest" ? recordedBefore(previous, modules) : {}
  const each = objective.units.filter(({ gates }) => gates.rows)
  if (each.length === 0) return {}
  const means = program(Object.fromEntries(each.map(({ unit, gates }) => [unit, watched(gates, modules).mean])))
  const session = await (await work.engine()).compile(means)
  try {
    const { texts, task } = examples
    const serving = servingIn(work)
    const moduleOf = task.map((t) => serving[t])
    const rows = await forwardAll({ session, texts, extra: objective.feeds })
    return Object.fromEntries(
      Object.entries(rows).map(([unit, gates]) => {
        const own = byModule(gates, moduleOf, modules)
        const old = before[unit]?.[RECORDED]
        if (old) (own.data as Float32Array).set((old.data as Float32Array).subarray(0, (modules - 1) * modules))
        return [`unit/${unit}/${RECORDED}`, own as StoredArray]
      }),
    )
  } finally {
    await session.release()
  }
}

const byModule = ({ data }: HostTensor, moduleOf: Int32Array, modules: number): HostTensor => {
  const sums = new Float64Array(modules * modules)
  const counts = new Float64Array(modules)
  moduleOf.forEach((own, i) => {
    counts[own]++
    for (let m = 0; m < modules; m++) sums[own * modules + m] += Number(data[i * modules + m])
  })
  return {
    shape: [modules, modules],
    data: Float32Array.from(sums, (sum, k) => sum / Math.max(1, counts[Math.floor(k / modules)])),
  }
}

const grown = (old: HostTensor, modules: number): HostTensor => {
  const fresh = { shape: [modules, modules], data: new Float32Array(modules * modules) }
  copyInto(old, fresh)
  return fresh
}
