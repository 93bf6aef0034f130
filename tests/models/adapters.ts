/** The adapters of docs/models.md with the options that they have there: their defaults. */
import { type Adapter, assembled, type Part } from "../../src/plugin/index.ts"
import { loadPlugin } from "../../src/plugin/load.ts"
import { shipped } from "../../src/plugin/registry.ts"
import { decoded } from "../../src/testing/plugin_options.ts"

export const adapterNames = (): readonly string[] => shipped("adapter").map(({ name }) => name)

/** What one that is made of others is made of on the page. */
export const MEMBERS = ["lora", "bottleneck"] as const

export const adapterFor = async (name: string): Promise<Part> => {
  const adapter = (await loadPlugin("adapter", name)) as Adapter
  const { madeOf } = adapter
  if (madeOf === undefined) return { adapter, options: decoded(adapter, {}) }
  const parts = await Promise.all(MEMBERS.map(adapterFor))
  return { adapter: assembled(adapter, parts), options: decoded(adapter, { [madeOf]: MEMBERS }) }
}
