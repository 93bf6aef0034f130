/** What `l2r data export` writes: the tasks of a data source, or of a stream of a spec. */
import type { Spec } from "../../dsl/index.ts"
import { decoded, folderIn, PluginShelf } from "../plan/chosen.ts"
import { streamTasks } from "../plan/stream_tasks.ts"
import type { DataSource, Task } from "../plugin/index.ts"
import { loadPlugin } from "../plugin/load.ts"
import type { Export } from "../run/export.ts"

/** `PLUGIN` or `PLUGIN:LOCATION`, with the options that the plugin has by default. */
export const splitSource = (text: string): { readonly name: string; readonly location?: string } => {
  const at = text.indexOf(":")
  return at < 0 ? { name: text } : { name: text.slice(0, at), location: text.slice(at + 1) }
}

/** Rejects with PluginError or DataError. */
export const ofSource = async (text: string): Promise<Export> => {
  const { name, location } = splitSource(text)
  const plugin = (await loadPlugin("data", name)) as DataSource
  const options = decoded(plugin.options, {}, `data "${name}"`)
  const place = { directory: process.cwd() }
  const tasks = await plugin.load(await plugin.tasks(location, options, place), location, options, place)
  return { tasks, source: text, ...(plugin.notice ? { notice: plugin.notice } : {}) }
}

/** Each source is read once; tasks come in the order of the stream. Rejects with PlanError, PluginError or DataError. */
export const ofStream = async (spec: Spec, name: string, directory: string): Promise<Export> => {
  const { sources, wanted } = await streamTasks(new PluginShelf(spec, directory), spec, spec.streams[name], directory)
  const read = new Map<string, Task>()
  for (const [data, { plugin, chosen }] of sources) {
    const own = wanted.filter((one) => one.data === data).map(({ task }) => task)
    for (const task of await plugin.load(own, spec.data[data].location, chosen.options, {
      directory: folderIn(directory, spec.data[data]),
    }))
      read.set(task.name, task)
  }
  const notices = [...sources.values()].flatMap(({ plugin }) => (plugin.notice ? [plugin.notice] : []))
  return {
    tasks: wanted.map(({ task }) => read.get(task) as Task),
    source: [...sources]
      .map(([data, { chosen }]) => [chosen.plugin, spec.data[data].location].filter(Boolean).join(":"))
      .join(", "),
    ...(notices.length > 0 ? { notice: notices.join(" ") } : {}),
  }
}
