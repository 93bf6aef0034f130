/**
 * Prefixes: PEFT keeps one tensor [n, layers * 2 * width], keys and values of each layer in turn. The text's positions
 * begin at n there and at 0 here; a backbone that turns keys by their positions can make up for it, others cannot.
 */
import type { Network } from "../../model/encoder.ts"
import { type Backbone, DataError, type HostTensor, type Site } from "../../plugin/index.ts"
import { type PeftFolder, ROOT, WEIGHTS } from "./folder.ts"
import type { NamedSite } from "./targets.ts"

/** The attention sites, under their own names. */
export const attentionSites = ({ checkpoint }: Network): readonly NamedSite[] =>
  checkpoint.sites.filter(({ kind }) => kind === "attention").map((site) => ({ site, module: site.name }))

const PARTS = ["keys", "values"] as const
const keyOf = (site: Site, part: string): string => `${ROOT}${site.name}.${part}`

/** The folder with keys and values of each layer in the place of the one tensor `name`. Throws DataError. */
export const unstacked = (folder: PeftFolder, name: string, network: Network): PeftFolder => {
  const turn = turnOf(network)
  const { [name]: whole, ...tensors } = folder.tensors
  const sites = attentionSites(network).map(({ site }) => site)
  const width = sites.reduce((sum, site) => sum + site.in + site.out, 0)
  if (whole === undefined)
    throw new DataError(`${WEIGHTS} of "${folder.location}" lacks the tensor ${name}`, "copy the folder again")
  if (whole.shape.length !== 2 || whole.shape[1] !== width)
    throw new DataError(
      `${WEIGHTS} of "${folder.location}" has the tensor ${name} [${whole.shape.join(", ")}], and on this base model it would be [n, ${width}]`,
      "the module was trained on another base model",
    )
  let at = 0
  const parts: Record<string, HostTensor> = { ...tensors }
  for (const site of sites)
    for (const part of PARTS) {
      const size = part === "keys" ? site.in : site.out
      const own = columnsOf(whole, at, size)
      parts[keyOf(site, part)] = part === "keys" ? turn(own, -whole.shape[0], network.checkpoint) : own
      at += size
    }
  return { ...folder, tensors: parts }
}

/** The one tensor `name` of the keys and values of each layer. Throws DataError. */
export const restacked = (
  parts: Readonly<Record<string, HostTensor>>,
  name: string,
  network: Network,
): Readonly<Record<string, HostTensor>> => {
  const turn = turnOf(network)
  const columns = attentionSites(network).flatMap(({ site }) => {
    const [keys, values] = PARTS.map((part) => parts[keyOf(site, part)])
    return [turn(keys, keys.shape[0], network.checkpoint), values]
  })
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
  return { [name]: { shape: [rows, width], data } }
}

const turnOf = ({ backbone }: Network): NonNullable<Backbone["turnKeys"]> => {
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
