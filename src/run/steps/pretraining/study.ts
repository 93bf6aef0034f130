/** The figures of a study: what its models say of the test texts, by task and class. */
import { type Said, studied } from "../../../learning/index.ts"
import type { StudyOptions } from "../../../plan/options/step_options.ts"
import type { Artifact, Json } from "../../../plan/step.ts"
import { randomStream, type Task } from "../../../plugin/index.ts"
import type { Perform } from "../../work.ts"
import type { ReadJson } from "./read.ts"

export const study: Perform = async (work) => {
  const { study: name, tasks, models } = work.options as unknown as StudyOptions
  const reads = work.inputs("reads").map(saidIn)
  let next = 0
  const found = models.map(({ model, seeds }) => ({ model, seeds: seeds.map(() => reads[next++]) }))
  const read = work.inputs("dataset").map(({ json }) => json as unknown as Task)
  const labels: string[] = []
  const numberOf = (label: string) => (labels.includes(label) ? labels.indexOf(label) : labels.push(label) - 1)
  const texts = {
    tasks,
    task: Int32Array.from(read.flatMap(({ test }, t) => test.map(() => t))),
    // Of texts that are answered in words there are no classes beside the task.
    label: Int32Array.from(
      read.flatMap(({ name: task, labels: own, test }) =>
        test.map(({ label }) => numberOf(JSON.stringify(own.length > 0 ? [task, label] : [task]))),
      ),
    ),
  }
  const json = studied(name, found, texts, (purpose) => randomStream(0, "study", purpose))
  return { json: json as unknown as Json, arrays: {} }
}

const saidIn = ({ json, arrays }: Artifact): Said => {
  const { parameters, gates, pruned } = json as unknown as ReadJson
  return {
    parameters,
    gates,
    surprise: arrays.surprise.data as Float64Array,
    predicted: arrays.predicted.data as Int32Array,
    chosen: gates.map((_, gate) => arrays[`chosen/${gate}`].data as Float32Array),
    pruned: pruned.map((point, n) => ({ ...point, surprise: arrays[`pruned/${n}`].data as Float64Array })),
  }
}
