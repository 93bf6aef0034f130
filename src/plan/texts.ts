/** Steps that read the texts of a stream's tasks, whatever they are then used for. */
import type { Spec, Stream } from "../../dsl/spec.ts"
import type { DataSource } from "../plugin/index.ts"
import type { StepBuilder } from "./builder.ts"
import { folderIn, type PluginShelf, type Resolved } from "./chosen.ts"
import { seconds } from "./estimates.ts"
import type { Json } from "./step.ts"
import { streamTasks } from "./stream_tasks.ts"

export interface PlannedTexts {
  readonly tasks: readonly string[]
  /** Step of each task's texts. */
  readonly datasets: readonly string[]
  /** The same by "data/task". */
  readonly named: Readonly<Record<string, string>>
  /** By the name of the data declaration. */
  readonly sources: ReadonlyMap<string, Resolved<DataSource>>
  readonly notices: readonly string[]
}

/** Rejects with PlanError, PluginError or DataError. */
export const planTexts = async (
  builder: StepBuilder,
  shelf: PluginShelf,
  spec: Spec,
  stream: Stream,
  directory: string,
): Promise<PlannedTexts> => {
  const { sources, wanted } = await streamTasks(shelf, spec, stream, directory)
  const named: Record<string, string> = {}
  const datasets: string[] = []
  for (const { data, task } of wanted) {
    const { plugin, chosen: source, code } = sources.get(data)!
    const from = spec.data[data].location
    const beside = { directory: folderIn(directory, spec.data[data]) }
    const print = await plugin.fingerprint([task], from, source.options, beside)
    const dataset = builder.add({
      kind: "dataset",
      label: `texts of ${task}`,
      options: {
        data: { ...source, ...(from === undefined ? {} : { location: from }), ...beside, fingerprint: print },
        task,
      } as Json,
      inputs: {},
      code: [code],
      seconds: seconds.dataset,
      bytes: 3e5,
    })
    datasets.push(dataset)
    named[`${data}/${task}`] = dataset
  }
  return {
    tasks: wanted.map(({ task }) => task),
    datasets,
    named,
    sources,
    notices: [...new Set([...sources.values()].flatMap(({ plugin }) => (plugin.notice ? [plugin.notice] : [])))],
  }
}
