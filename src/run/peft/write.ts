/** The files of a PEFT folder for a trained module: PEFT puts it on the same base model, and gives the same states. */
import type { Network } from "../../model/encoder.ts"
import { isWriting, parametersAt, SHARED, type TrainedModule } from "../../model/library.ts"
import { DataError, type HostTensor, writeSafetensors } from "../../plugin/index.ts"
import { BASE } from "./base_model.ts"
import { CONFIG, ROOT, WEIGHTS } from "./folder.ts"
import { headFile } from "./head.ts"
import { promptSites, restacked } from "./prompt.ts"
import { type NamedSite, namedSites } from "./targets.ts"
import { formsAt, stored } from "./tensors.ts"

export interface Writing {
  /** The base model as others find it. */
  readonly base: string
  readonly labels: readonly string[]
  /** Name the tensors for a network that is loaded with a head (AutoModelForCausalLM) instead of without (AutoModel). */
  readonly withHead?: boolean
}

/** By name. Throws DataError where PEFT has no such modules. */
export const peftFiles = (
  network: Network,
  module: TrainedModule,
  { base, labels, withHead = false }: Writing,
): Readonly<Record<string, string | Uint8Array>> => {
  const { checkpoint, backbone } = network
  const { adapter, options } = module
  const { peft } = adapter
  if (!peft)
    throw new DataError(
      `PEFT has no modules like those of the adapter ${adapter.name}`,
      "the page of the adapters says which can be exported; its parameters are in the store as safetensors",
    )
  const { modules } = checkpoint
  const named = peft.prompt
    ? promptSites(network, peft.prompt)
    : modules
      ? namedSites(checkpoint.sites, modules, "")
      : []
  const own = Object.keys(module.sites).filter((name) => name !== SHARED)
  const attached = own.map((name): NamedSite => {
    const found = named.find(({ site }) => site.name === name)
    if (found) return found
    throw new DataError(
      `PEFT cannot attach at ${name} of the backbone ${backbone.name}, which is no module of its own there`,
      "train the module with other `targets`",
    )
  })
  const namesAt = (roles: readonly string[]) =>
    attached.filter(({ site }) => roles.includes(site.role)).map((one) => one.module)
  const writes = isWriting(module)
  const config = {
    peft_type: peft.type,
    task_type: null,
    base_model_name_or_path: base,
    inference_mode: true,
    ...(!peft.prompt && { target_modules: attached.map((one) => one.module) }),
    ...peft.config(options, namesAt),
    ...(writes && { task_type: backbone.decode ? "SEQ_2_SEQ_LM" : "CAUSAL_LM" }),
  }
  const prefix = (withHead || writes) && !peft.prompt ? (modules?.prefixes[0] ?? "") : ""
  const tensors = Object.fromEntries(attached.flatMap((one) => tensorsAt(one, prefix, module, checkpoint.weights)))
  const stacked = peft.prompt ? restacked(tensors, peft.prompt, network) : tensors
  return {
    [CONFIG]: `${JSON.stringify(config, null, 2)}\n`,
    [WEIGHTS]: writeSafetensors(stacked, { metadata: { format: "pt", [BASE]: checkpoint.digest } }),
    ...headFile(module.head, checkpoint, labels),
  }
}

const tensorsAt = (
  { site, module: name }: NamedSite,
  prefix: string,
  module: TrainedModule,
  weights: Readonly<Record<string, HostTensor>>,
): readonly (readonly [string, HostTensor])[] => {
  const { adapter, sites, options } = module
  const values = adapter.peft?.made?.(parametersAt(module, site) ?? {}, options) ?? sites[site.name]
  return Object.entries(formsAt(adapter, site, options, Object.keys(values))).flatMap(([parameter, form]) => {
    const frozen = form.from && weights[`${site.name}.${form.from}`]
    const value = values[parameter] ?? (frozen && zero(frozen))
    if (!value) return []
    if (form.from && !frozen)
      throw new DataError(
        `PEFT stores no ${form.from} at ${site.name}, where the base model has none`,
        `train the module without it there: see the options of the adapter`,
      )
    return [[`${ROOT}${prefix}${name}.${form.name}`, stored(form, value, frozen)] as const]
  })
}

const zero = ({ shape, data }: HostTensor): HostTensor => ({ shape, data: new Float32Array(data.length) })
