/**
 * The module of a group: trained from new on the texts of all its tasks, with a head of their classes one after the other.
 * A group of one task keeps that task's module, which is the same.
 */
import type { Served } from "../../../model/serving.ts"
import type { StepOptions } from "../../../plan/options/step_options.ts"
import type { Artifact, Json, StoredArray } from "../../../plan/step.ts"
import type { Perform, Work } from "../../work.ts"
import { groupsIn } from "../composing/group.ts"
import { classCount, jointColumns, storedTexts, textsIn } from "../given.ts"
import { module } from "./module.ts"

export const retrained: Perform = async (work) => {
  const { group, tasks, scenario, ...options } = work.options as unknown as StepOptions["retrained"]
  const members = groupsIn(work).flatMap((own, t) => (own === group ? [t] : []))
  const tokens = members.map((t) => work.inputs("tokens")[t])
  const serves = members.map(
    (task, k): Served => ({ task, classes: options.head === "text" ? 0 : classCount(tokens[k]) }),
  )
  if (members.length === 1) return served(work.inputs("modules")[members[0]], serves)
  const columns = jointColumns(tokens, scenario === "domain_incremental")
  const union = together(tokens, columns)
  const task = members.map((t) => tasks[t]).join("+")
  const inputs: Work["inputs"] = (name) => (name === "tokens" ? [union] : [])
  const own = { ...work, options: { ...options, task } as unknown as Json, inputs, input: () => union }
  return served(apart(await module(own), columns), serves)
}

const served = ({ json, arrays }: Artifact, serves: readonly Served[]): Artifact => ({
  json: { ...(json as object), serves } as unknown as Json,
  arrays,
})

/** The token ids of several tasks as those of one; `columns` says the class of each of their classes. */
const together = (tokens: readonly Artifact[], columns: Int32Array): Artifact => {
  const arrays: Record<string, StoredArray> = {}
  const answered = tokens.every((artifact) => artifact.arrays["train/answers/ids"])
  for (const split of ["train", "validation"]) {
    for (const name of answered ? [split, `${split}/answers`] : [split])
      Object.assign(
        arrays,
        storedTexts(
          name,
          tokens.flatMap((artifact) => textsIn(artifact, name)),
        ),
      )
    let offset = 0
    const labels = tokens.flatMap((artifact) => {
      const own = Array.from(artifact.arrays[`${split}/labels`].data as Int32Array, (label) => columns[offset + label])
      offset += classCount(artifact)
      return own
    })
    arrays[`${split}/labels`] = { shape: [labels.length], data: Int32Array.from(labels) }
  }
  const all = tokens.flatMap(({ json }) => (json as { labels: readonly string[] }).labels)
  const labels = [...new Set(columns)].map((column) => all[columns.indexOf(column)])
  return { json: { labels }, arrays }
}

/** A head with a column for every class, where tasks that share a label share a column. */
const apart = (artifact: Artifact, columns: Int32Array): Artifact => {
  const { "head/W": W, "head/b": b } = artifact.arrays
  if (!W || b.data.length === columns.length) return artifact
  const [width, own] = W.shape
  const data = Float32Array.from({ length: width * columns.length }, (_, i) =>
    Number(W.data[Math.floor(i / columns.length) * own + columns[i % columns.length]]),
  )
  return {
    ...artifact,
    arrays: {
      ...artifact.arrays,
      "head/W": { shape: [width, columns.length], data },
      "head/b": { shape: [columns.length], data: Float32Array.from(columns, (column) => Number(b.data[column])) },
    },
  }
}
