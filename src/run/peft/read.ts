/**
 * A PEFT folder as a module of ours on a loaded network. Everything in it is read, or it is an error that says where:
 *   adapter_config.json -> adapter, sites, options -> tensors that must be there -> parameters
 */
import type { Network } from "../../model/encoder.ts"
import type { Head } from "../../model/library.ts"
import { decoded } from "../../plan/chosen.ts"
import {
  type Adapter,
  type Checkpoint,
  DataError,
  type HostTensor,
  type Initial,
  type PeftForm,
} from "../../plugin/index.ts"
import { adapterFor } from "./adapter_for.ts"
import { checkBase } from "./base_model.ts"
import { optionsIn } from "./config.ts"
import { checkTensors, type Expected } from "./expected.ts"
import { CONFIG, type PeftFolder, peftFolder, ROOT } from "./folder.ts"
import { headIn } from "./head.ts"
import { promptSites, unstacked } from "./prompt.ts"
import { type NamedSite, namedSites, targeted } from "./targets.ts"
import { formsAt, own } from "./tensors.ts"

export interface PeftModule {
  readonly adapter: Adapter
  /** Decoded. */
  readonly options: unknown
  /** Parameters by site, then by name. */
  readonly sites: Readonly<Record<string, Readonly<Record<string, HostTensor>>>>
  readonly head?: Head
  /** What the head's classes are called, where the folder says it. */
  readonly labels?: readonly string[]
  /** What the head reads (mean, cls, last), where the folder says it. */
  readonly pooling?: string
  /** Tensors of a head that reads another state than ours do. */
  readonly unread: readonly string[]
}

export interface Reading {
  readonly location: string
  readonly directory: string
  /** The base model as the user names it. */
  readonly base: string
  /** Adapters that may read it. */
  readonly adapters: readonly Adapter[]
}

/** Throws DataError. */
export const readPeft = (network: Network, { location, directory, base, adapters }: Reading): PeftModule => {
  const files = peftFolder(location, directory)
  const adapter = adapterFor(files, adapters)
  checkBase(files, network.checkpoint, base)
  const { prompt } = adapter.peft
  const folder = prompt ? unstacked(files, prompt, network) : files
  const sites = prompt ? promptSites(network, prompt) : sitesIn(folder, network)
  const options = optionsOf(folder, adapter, sites, network.checkpoint)
  const expected = sites.flatMap((one) => expectedAt(one, adapter, options, network.checkpoint))
  const head = headIn(folder, network)
  checkTensors(folder, expected, head)
  const parameters: Record<string, Record<string, HostTensor>> = {}
  for (const { key, site, parameter, form, shape, frozen } of expected)
    parameters[site.name] = { ...parameters[site.name], [parameter]: own(form, shape, folder.tensors[key], frozen) }
  const { taken: _, ...found } = head
  return { adapter, options, sites: parameters, ...found }
}

const sitesIn = (folder: PeftFolder, { backbone, checkpoint }: Network): readonly NamedSite[] => {
  const { modules, sites } = checkpoint
  if (!modules)
    throw new DataError(
      `the backbone ${backbone.name} does not say what others call its modules`,
      "modules of PEFT can be put on the families that are read from model.safetensors",
    )
  const keys = Object.keys(folder.tensors)
  const prefix = modules.prefixes.find((one) => keys.some((key) => key.startsWith(ROOT + one))) ?? ""
  return targeted(folder, namedSites(sites, modules, prefix))
}

const optionsOf = (
  folder: PeftFolder,
  adapter: Adapter & { readonly peft: PeftForm },
  sites: readonly NamedSite[],
  { weights }: Checkpoint,
): unknown => {
  const biased = sites.every(({ site }) => weights[`${site.name}.bias`] !== undefined)
  return decoded(adapter.options, optionsIn(folder, adapter, sites, biased), `${CONFIG} of "${folder.location}"`)
}

const expectedAt = (
  { site, module }: NamedSite,
  adapter: Adapter & { readonly peft: PeftForm },
  options: unknown,
  { weights }: Checkpoint,
): readonly Expected[] => {
  const parameters = Object.entries<Initial>(adapter.parameters(site, options))
  const forms = formsAt(
    adapter,
    site,
    options,
    parameters.map(([name]) => name),
  )
  return parameters.map(([parameter, { shape }]) => {
    const form = forms[parameter]
    const frozen = form.from && weights[`${site.name}.${form.from}`]
    return { key: `${ROOT}${module}.${form.name}`, site, parameter, form, shape, ...(frozen && { frozen }) }
  })
}
