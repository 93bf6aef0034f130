/** A checkpoint with a module folded into its weights: the folder of the backbone with another model.safetensors, and the head beside it. */
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type { Network } from "../../model/encoder.ts"
import { parametersAt, type TrainedModule } from "../../model/library.ts"
import { frozen } from "../../model/single.ts"
import { decoded } from "../../plan/chosen.ts"
import {
  type Backend,
  type Checkpoint,
  type CheckpointFolder,
  DataError,
  type Engine,
  type HostTensor,
  readSafetensors,
  writeSafetensors,
} from "../../plugin/index.ts"
import { loadPlugin } from "../../plugin/load.ts"
import { folderOf } from "../model_card/network.ts"
import { headFile } from "../peft/head.ts"
import type { FromStore } from "../peft/trained.ts"
import { affine } from "./affine.ts"

type Files = Readonly<Record<string, string | Uint8Array>>

const TOKENIZER = ["tokenizer.json", "tokenizer_config.json"]

/** Of a module out of the store. Rejects with DataError. */
export const foldedFiles = async ({ network, module, labels, chosen }: FromStore): Promise<Files> => {
  const { location, directory, options } = chosen
  if (!network.checkpoint.modules)
    throw new DataError(
      `the backbone "${location}" is not read from model.safetensors, so a module cannot be folded into that`,
      "export it with --to onnx",
    )
  const folder = await folderOf(location, { directory }, (options as { readonly revision?: string }).revision)
  const backend = (await loadPlugin("backend", "onnxruntime")) as Backend
  const engine = await backend.open(decoded(backend.options, {}, "the defaults of onnxruntime"))
  return foldedInto(network, module, folder, { engine, labels })
}

/** By name. Rejects with DataError where the module is none that weights can hold. */
export const foldedInto = async (
  { checkpoint }: Network,
  module: TrainedModule,
  folder: CheckpointFolder,
  { engine, labels }: { readonly engine: Engine; readonly labels: readonly string[] },
): Promise<Files> => {
  const { change, attend } = frozen(module)
  const tensors = tensorsIn(folder)
  const elsewhere = Object.keys(module.sites).find(
    (name) => checkpoint.sites.find((site) => site.name === name)?.kind === "attention",
  )
  if (!change || (attend && elsewhere))
    throw outside(elsewhere ?? "its sites", "joins the tokens, which weights cannot do")
  for (const site of checkpoint.sites) {
    if (!parametersAt(module, site)) continue
    const named = namesOf(site.name, checkpoint, tensors)
    const bias = checkpoint.weights[`${site.name}.bias`]
    const own = { weight: checkpoint.weights[`${site.name}.weight`], ...(bias && { bias }) }
    const folded = await affine(site, own, change, { engine, adapter: module.adapter.name })
    tensors[named.weight] = site.kind === "linear" ? turned(folded.weight) : folded.weight
    if (named.bias) tensors[named.bias] = folded.bias
    else if (folded.bias.data.some((value) => value !== 0))
      throw outside(site.name, "adds a bias where the backbone has none")
  }
  const beside = ["config.json", ...TOKENIZER].filter((file) => existsSync(join(folder.path, file)))
  return {
    ...Object.fromEntries(beside.map((file) => [file, new Uint8Array(readFileSync(join(folder.path, file)))])),
    "model.safetensors": writeSafetensors(tensors, { metadata: { format: "pt" } }),
    ...headFile(module.head, checkpoint, labels),
  }
}

const outside = (where: string, why: string): DataError =>
  new DataError(
    `the module cannot be folded into the weights: at ${where} it ${why}`,
    "export it with --to onnx, which keeps the module as it is, or with --to peft",
  )

const tensorsIn = ({ path, weights }: CheckpointFolder): Record<string, HostTensor> =>
  Object.assign({}, ...weights.map((file) => readSafetensors(new Uint8Array(readFileSync(join(path, file)))).tensors))

/** The tensors of a site in the file, under the names of today or those of the first checkpoints. */
const namesOf = (
  site: string,
  { modules }: Checkpoint,
  tensors: Readonly<Record<string, HostTensor>>,
): { readonly weight: string; readonly bias?: string } => {
  const module = modules?.at[site]
  if (module === undefined)
    throw outside(site, "changes a part of a layer, or one that several share, which has no weights of its own")
  const has = (endings: readonly string[]) =>
    ["", ...(modules?.prefixes ?? [])]
      .flatMap((prefix) => endings.map((ending) => `${prefix}${module}.${ending}`))
      .find((name) => name in tensors)
  const [weight, bias] = [has(["weight", "gamma"]), has(["bias", "beta"])]
  if (weight === undefined) throw outside(site, "changes a layer that the files do not have")
  return { weight, ...(bias && { bias }) }
}

/** [in, out] to [out, in]. */
const turned = ({ shape: [rows, columns], data }: HostTensor): HostTensor => {
  const result = new Float32Array(data.length)
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) result[c * rows + r] = Number(data[r * columns + c])
  return { shape: [columns, rows], data: result }
}
