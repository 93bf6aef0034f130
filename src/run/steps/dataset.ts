/** Texts and labels of one task, read by a data plugin. */
import type { DataSource } from "../../plugin/index.ts"
import type { Perform } from "../work.ts"
import type { Chosen } from "./given.ts"

export interface DatasetOptions {
  readonly data: Chosen & { readonly location?: string; readonly directory: string; readonly fingerprint: string }
  readonly task: string
}

export const dataset: Perform = async (work) => {
  const { data, task } = work.options as unknown as DatasetOptions
  const source = await work.plugin<DataSource>("data", data.plugin, data.from)
  const [loaded] = await source.load([task], data.location, data.options, { directory: data.directory })
  return { json: loaded as never, arrays: {} }
}
