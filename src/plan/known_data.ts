/** What the data of a spec's streams holds, for the checks that need it, or why it can't be read. */
import type { DataFacts, Spec, Unread } from "../../dsl/index.ts"
import { described } from "../plugin/described.ts"
import type { DataSource, Task } from "../plugin/index.ts"
import { folderIn, PluginShelf } from "./chosen.ts"

/** By the name of the data declaration. */
export const knownData = async (spec: Spec, directory: string): Promise<ReadonlyMap<string, DataFacts | Unread>> => {
  const shelf = new PluginShelf(spec, directory)
  const known = new Map<string, DataFacts | Unread>()
  for (const name of new Set(Object.values(spec.streams).flatMap(({ tasks }) => tasks.map(({ data }) => data)))) {
    const declared = spec.data[name]
    try {
      const { plugin, chosen } = await shelf.take<DataSource>("data", declared)
      const place = { directory: folderIn(directory, declared) }
      const names = await plugin.tasks(declared.location, chosen.options, place)
      known.set(name, (await plugin.load(names, declared.location, chosen.options, place)).map(factsOf))
    } catch (error) {
      known.set(name, unreadFor(error))
    }
  }
  return known
}

/** Whatever a plugin throws, in words. */
const unreadFor = (error: unknown): Unread => {
  if (!(error instanceof Error)) return { problem: `${described(error)} was thrown, no Error` }
  const { message, name, help } = error as Error & { readonly help?: unknown }
  return { problem: message || name, ...(typeof help === "string" ? { help } : {}) }
}

const factsOf = ({ name, labels, train, test }: Task): DataFacts[number] => {
  const counts = Object.fromEntries(labels.map((label) => [label, 0]))
  if (labels.length === 0) counts["an answer"] = train.length
  else for (const { label } of train) counts[label]++
  return { name, train: counts, test: test.length }
}
