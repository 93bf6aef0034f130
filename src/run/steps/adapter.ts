/** The adapter that a step's options name: a plugin, or one that is made of others together with these. */
import { type Adapter, assembled } from "../../plugin/index.ts"
import type { Work } from "../work.ts"

interface ChosenAdapter {
  readonly plugin: string
  readonly from?: string
  readonly options: unknown
}

export const adapterIn = async (
  work: Pick<Work, "plugin">,
  { plugin, from, options }: ChosenAdapter,
): Promise<Adapter> => {
  const adapter = await work.plugin<Adapter>("adapter", plugin, from)
  if (adapter.madeOf === undefined) return adapter
  const parts = (options as Readonly<Record<string, readonly ChosenAdapter[]>>)[adapter.madeOf]
  return assembled(
    adapter,
    await Promise.all(parts.map(async (part) => ({ adapter: await adapterIn(work, part), options: part.options }))),
  )
}
