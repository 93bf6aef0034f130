/** What a PEFT folder holds: as its files say, and as a module of ours where its base model is at hand. */
import { existsSync } from "node:fs"
import { join, resolve } from "node:path"
import { type Adapter, DataError, type Place } from "../../plugin/index.ts"
import { loadPlugin } from "../../plugin/load.ts"
import { shipped } from "../../plugin/registry.ts"
import { networkAt } from "../model_card/network.ts"
import { adapterFor } from "./adapter_for.ts"
import { peftFolder, ROOT } from "./folder.ts"
import { readPeft } from "./read.ts"

export interface PeftCard {
  readonly location: string
  /** `peft_type`. */
  readonly type: string
  readonly adapter: string
  /** The base model as the folder names it. */
  readonly base: string | null
  readonly parameters: number
  readonly tensors: readonly TensorGroup[]
  /** Where the base model is at hand: what the module is on it. */
  readonly fits: Fitted | null
}

/** Tensors that differ in the number of their block alone. */
export interface TensorGroup {
  /** With * for the number. */
  readonly name: string
  readonly shape: readonly number[]
  readonly count: number
}

export interface Fitted {
  /** The checkpoint as it was named. */
  readonly model: string
  readonly backbone: string
  readonly options: unknown
  /** Canonical names. */
  readonly sites: readonly string[]
  readonly classes: number | null
  readonly labels: readonly string[] | null
  /** Tensors of a head that is not read. */
  readonly unread: readonly string[]
}

/** `model`: the base model, a folder or one of the hub; without it the one that the folder names, where it is there. Rejects with DataError or PluginError. */
export const peftCard = async (location: string, place: Place, model?: string): Promise<PeftCard> => {
  const { directory } = place
  const folder = peftFolder(location, directory)
  const adapters = (await Promise.all(
    shipped("adapter").map(({ name }) => loadPlugin("adapter", name)),
  )) as readonly Adapter[]
  const { base_model_name_or_path: named } = folder.config
  const base = typeof named === "string" && named !== "" ? named : null
  const at = model ?? (base !== null && existsSync(join(resolve(directory, base), "config.json")) ? base : undefined)
  return {
    location,
    type: String(folder.config.peft_type),
    adapter: adapterFor(folder, adapters).name,
    base,
    parameters: Object.values(folder.tensors).reduce((sum, { data }) => sum + data.length, 0),
    tensors: groupsOf(folder.tensors),
    fits: at === undefined ? null : await fittedOn(at, place, { location, directory, base: at, adapters }),
  }
}

const groupsOf = (tensors: Readonly<Record<string, { readonly shape: readonly number[] }>>): readonly TensorGroup[] => {
  const groups = new Map<string, TensorGroup>()
  for (const [key, { shape }] of Object.entries(tensors)) {
    const name = key.replace(ROOT, "").replace(/\.\d+\./, ".*.")
    const of = `${name} ${shape.join()}`
    groups.set(of, { name, shape, count: (groups.get(of)?.count ?? 0) + 1 })
  }
  return [...groups.values()]
}

const fittedOn = async (model: string, place: Place, reading: Parameters<typeof readPeft>[1]): Promise<Fitted> => {
  const network = await networkAt(model, place)
  if (!network)
    throw new DataError(`no backbone that ships reads the base model "${model}"`, "`l2r model inspect` says what it is")
  const { options, sites, head, labels, unread } = readPeft(network, reading)
  return {
    model,
    backbone: network.backbone.name,
    options,
    sites: Object.keys(sites),
    classes: head ? head.b.data.length : null,
    labels: labels ?? null,
    unread,
  }
}
