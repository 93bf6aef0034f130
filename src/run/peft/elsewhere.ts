/** Reads the modules of a spec that were trained elsewhere: which adapter they belong to, with which options, on a loaded backbone. */
import type { Network } from "../../model/encoder.ts"
import type { Resolved } from "../../plan/chosen.ts"
import { codeDigest } from "../../plan/code.ts"
import type { Json } from "../../plan/step.ts"
import type { ModuleReader } from "../../plan/trained_elsewhere.ts"
import type { Adapter, Backbone } from "../../plugin/index.ts"
import { loadPlugin } from "../../plugin/load.ts"
import { shipped } from "../../plugin/registry.ts"
import { peftDigest } from "./folder.ts"
import { readPeft } from "./read.ts"

/** Adapters that ship come before those of strangers that the spec declares. */
export const moduleReader: ModuleReader = async ({ plugin, from, location: base, directory, options }) => {
  const backbone = (await loadPlugin("backbone", plugin, from)) as Backbone
  const network: Network = { backbone, checkpoint: await backbone.load(base, options, { directory }) }
  const ours = await Promise.all(
    shipped("adapter").map(async ({ name, file }) => ({
      plugin: (await loadPlugin("adapter", name)) as Adapter,
      file,
    })),
  )
  return async (place, declared) => {
    const strangers = declared.filter(({ chosen }) => chosen.from !== undefined)
    const adapters = [...ours, ...strangers].map((one) => one.plugin)
    const { adapter, options: found } = readPeft(network, { ...place, base, adapters })
    const own = ours.find((one) => one.plugin === adapter)
    const stranger = strangers.find((one) => one.plugin === adapter)
    const chosen = {
      plugin: adapter.name,
      ...(stranger?.chosen.from ? { from: stranger.chosen.from } : {}),
      options: found as Json,
    }
    const resolved: Resolved<Adapter> = {
      plugin: adapter,
      chosen,
      code: own ? codeDigest(own.file) : (stranger?.code as string),
    }
    return { adapter: resolved, fingerprint: peftDigest(place.location, place.directory) }
  }
}
