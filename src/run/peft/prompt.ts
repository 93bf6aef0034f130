/**
 * Modules that are one tensor. Of a prompt PEFT keeps its tokens, [n, width], at the positions that they have here too.
 * Of prefixes it keeps one tensor [n, layers * 2 * width], keys and values of each layer in turn. The text's positions
 * begin at n there and at 0 here; a backbone that turns keys by their positions can make up for it, others cannot.
 */
import type { Network } from "../../model/encoder.ts"
import { type Backbone, DataError, type HostTensor, type PeftForm, type Site } from "../../plugin/index.ts"
import { type PeftFolder, ROOT, WEIGHTS } from "./folder.ts"
import type { NamedSite } from "./targets.ts"

type Prompt = NonNullable<PeftForm["prompt"]>

/** The sites where such a module attaches, under their own names. Throws DataError where there are none. */
export const promptSites = ({ backbone, checkpoint }: Network, { at }: Prompt): readonly NamedSite[] => {
  const sites = checkpoint.sites.filter(({ kind }) => kind === at)
  if (sites.length > 0) return sites.map((site) => ({ site, module: site.name }))
  throw new DataError(
    `the backbone ${backbone.name} has no ${at} where the module could attach`,
    "take it to a backbone of another family",
  )
}

const partsOf = ({ at }: Prompt): readonly string[] => (at === "attention" ? ["keys", "values"] : ["tokens"])
const keyOf = (site: Site, part: string): string => `${ROOT}${site.name}.${part}`

/** The folder with the parts of each site in the place of the one tensor. Throws DataError. */
export const unstacked = (folder: PeftFolder, prompt: Prompt, network: Network): PeftFolder => {
  const name = prompt.tensor
  const turn = turnOf(network, prompt)
  const { [name]: filed, ...tensors } = folder.tensors
  const sites = promptSites(network, prompt).map(({ site }) => site)
  const parted = partsOf(prompt)
  const width = sites.reduce((sum, site) => sum + parted.reduce((part, one) => part + widthOf(site, one), 0), 0)
  if (filed === undefined)
    throw new DataError(`${WEIGHTS} of "${folder.location}" lacks the tensor ${name}`, "copy the folder again")
  const whole = prompt.at === "embeddings" ? readRows(filed, folder) : filed
  if (whole.shape.length !== 2 || whole.shape[1] !== width)
    throw new DataError(
      `${WEIGHTS} of "${folder.location}" has the tensor ${name} [${whole.shape.join(", ")}], and on this base model it would be [n, ${width}]`,
      "the module was trained on another base model",
    )
  let at = 0
  const parts: Record<string, HostTensor> = { ...tensors }
  for (const site of sites)
    for (const part of parted) {
      const size = widthOf(site, part)
      const own = columnsOf(whole, at, size)
      parts[keyOf(site, part)] = part === "keys" ? turn(own, -whole.shape[0], network.checkpoint) : own
      at += size
    }
  return { ...folder, tensors: parts }
}

/** For a network with two stacks PEFT draws as many tokens again by default, and never reads them. */
const readRows = ({ shape, data }: HostTensor, { config }: PeftFolder): HostTensor => {
  const { num_virtual_tokens: count, num_transformer_submodules: stacks } = config
  if (typeof count !== "number" || stacks !== 2 || shape[0] !== 2 * count) return { shape, data }
  return { shape: [count, shape[1]], data: (data as Float32Array).slice(0, count * shape[1]) }
}

/** The one tensor of the parts of each site. Throws DataError. */
export const restacked = (
  parts: Readonly<Record<string, HostTensor>>,
  prompt: Prompt,
  network: Network,
): Readonly<Record<string, HostTensor>> => {
  const turn = turnOf(network, prompt)
  const columns = promptSites(network, prompt).flatMap(({ site }) =>
    partsOf(prompt).map((part) => {
      const values = parts[keyOf(site, part)]
      return part === "keys" ? turn(values, values.shape[0], network.checkpoint) : values
    }),
  )
  const rows = columns[0].shape[0]
  const width = columns.reduce((sum, { shape }) => sum + shape[1], 0)
  const data = new Float32Array(rows * width)
  let at = 0
  for (const part of columns) {
    const size = part.shape[1]
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < size; c++) data[r * width + at + c] = Number(part.data[r * size + c])
    at += size
  }
  return { [prompt.tensor]: { shape: [rows, width], data } }
}

const widthOf = (site: Site, part: string): number => (part === "values" ? site.out : site.in)

/** Tokens have the positions here that PEFT gives them. */
const turnOf = ({ backbone }: Network, { at }: Prompt): NonNullable<Backbone["turnKeys"]> => {
  if (at === "embeddings") return (tokens) => tokens
  if (backbone.turnKeys) return backbone.turnKeys
  throw new DataError(
    `PEFT counts the positions of the text from the end of a prefix, and the backbone ${backbone.name} from zero`,
    "prefixes are exchanged where keys are turned by their positions: on the decoders of the Llama family",
  )
}

const columnsOf = ({ shape: [rows, width], data }: HostTensor, from: number, size: number): HostTensor => {
  const part = new Float32Array(rows * size)
  for (let r = 0; r < rows; r++) for (let c = 0; c < size; c++) part[r * size + c] = Number(data[r * width + from + c])
  return { shape: [rows, size], data: part }
}
