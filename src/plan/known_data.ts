/** What the data of a spec's streams holds, for the checks that need it; of data that can't be read nothing is known, and the plan says why. */
import type { DataFacts, Spec } from "../../dsl/index.ts"
import type { DataSource, Task } from "../plugin/index.ts"
import { folderIn, PluginShelf } from "./chosen.ts"

/** By the name of the data declaration. */
export const knownData = async (spec: Spec, directory: string): Promise<ReadonlyMap<string, DataFacts>> => {
  const shelf = new PluginShelf(spec, directory)
  const known = new Map<string, DataFacts>()
  for (const name of new Set(Object.values(spec.streams).flatMap(({ tasks }) => tasks.map(({ data }) => data)))) {
    const declared = spec.data[name]
    try {
      const { plugin, chosen } = await shelf.take<DataSource>("data", declared)
      const place = { directory: folderIn(directory, declared) }
      const names = await plugin.tasks(declared.location, chosen.options, place)
      known.set(name, (await plugin.load(names, declared.location, chosen.options, place)).map(factsOf))
    } catch {}
  }
  return known
}

const factsOf = ({ name, labels, train, test }: Task): DataFacts[number] => {
  const counts = Object.fromEntries(labels.map((label) => [label, 0]))
  if (labels.length === 0) counts["an answer"] = train.length
  else for (const { label } of train) counts[label]++
  return { name, train: counts, test: test.length }
}
