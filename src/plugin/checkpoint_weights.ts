/** Reads the weights of a checkpoint folder, tensor by tensor, so that memory holds little more than what is kept. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs"
import { join } from "node:path"
import type { HostTensor } from "../tensor/index.ts"
import { decodedTensor, rowsOf, SafetensorsError, type StoredTensor, safetensorsHeader } from "../tensor/safetensors.ts"
import type { CheckpointFolder } from "./checkpoint_folder.ts"
import { DataError } from "./data.ts"
import { turned, type WeightSource } from "./weight_sources.ts"

/** A tensor with the file that holds it. */
export interface FiledTensor extends StoredTensor {
  readonly file: string
}

/** Beginnings of names that belong to heads and poolers, and buffers that can be computed: never read. */
const HEADS =
  /^(pooler|cls|classifier|pre_classifier|lm_head|head|decoder|predictions|sop_classifier|qa_outputs|score|vocab_\w+|encoder\.embed_tokens)\.|\b(position_ids|token_type_ids|inv_freq|attn\.mask|attn\.cum_weight)$/

/** The tensors of all weight files by name. Throws DataError where a file is damaged. */
export const storedTensors = ({ path, weights, location }: CheckpointFolder): ReadonlyMap<string, FiledTensor> => {
  const found = new Map<string, FiledTensor>()
  for (const file of weights)
    for (const tensor of headerOf(join(path, file), file, location)) found.set(modern(tensor.name), { ...tensor, file })
  return found
}

/** The first checkpoints called the gain and the bias of a normalisation gamma and beta. */
const modern = (name: string): string => name.replace(/\.gamma$/, ".weight").replace(/\.beta$/, ".bias")

const headerOf = (path: string, file: string, location: string): readonly StoredTensor[] => {
  const handle = openSync(path, "r")
  try {
    return safetensorsHeader((start, end) => bytesAt(handle, start, end), fstatSync(handle).size).tensors
  } catch (error) {
    throw damaged(error, file, location)
  } finally {
    closeSync(handle)
  }
}

const damaged = (error: unknown, file: string, location: string): unknown =>
  error instanceof SafetensorsError
    ? new DataError(`${file} of "${location}": ${error.message}`, "copy or download the file again")
    : error

/** One read may give less than what is asked for, and never more than 2 GB. */
const bytesAt = (
  handle: number,
  start: number,
  end: number,
  bytes = new Uint8Array(end - start),
): Uint8Array<ArrayBuffer> => {
  for (let at = 0; at < bytes.length; ) {
    const read = readSync(handle, bytes, at, Math.min(bytes.length - at, 1 << 30), start + at)
    if (read === 0) throw new SafetensorsError(`the file ends at byte ${start + at}: it is truncated`)
    at += read
  }
  return bytes
}

export interface ReadWeights {
  readonly weights: Readonly<Record<string, HostTensor>>
  /** Tensors of the files that belong to heads. */
  readonly unread: readonly string[]
}

/**
 * Every source as float32. `prefixes`: what may stand before the names where a head was saved with the network; the
 * tensors without it are then the head's. Throws DataError: a tensor that is missing, has another shape, is no float,
 * or that the family does not know.
 */
export const readWeights = (
  folder: CheckpointFolder,
  sources: readonly WeightSource[],
  { family, prefixes }: { readonly family: string; readonly prefixes: readonly string[] },
): ReadWeights => {
  const stored = storedTensors(folder)
  const prefix = prefixes.find((one) => [...stored.keys()].some((name) => name.startsWith(one))) ?? ""
  const wanted = sources
    .map((source) => ({ ...source, from: source.ofHead ? source.from : prefix + source.from }))
    .filter(({ ofHead, from }) => !ofHead || stored.has(from))
  const added = new Set(sources.flatMap(({ plusFirstRowOf }) => (plusFirstRowOf ? [prefix + plusFirstRowOf] : [])))
  const unread = checked(folder, stored, wanted, { family, prefix, added })
  const weights: Record<string, HostTensor> = {}
  const passing = passage()
  for (const { name, from, rows, transposed, plusFirstRowOf } of wanted) {
    const filed = stored.get(from) as FiledTensor
    const copied = transposed || filed.dtype !== "F32"
    const tensor = floats(folder, filed, rows, copied ? passing : undefined)
    const table = plusFirstRowOf === undefined ? undefined : stored.get(prefix + plusFirstRowOf)
    if (table) addRow(tensor, floats(folder, table, [0, 1]), table)
    weights[name] = transposed ? turned(tensor) : tensor
  }
  return { weights, unread }
}

/** Names of the tensors that are not read, which must all belong to heads. Throws DataError. */
const checked = (
  { location, files }: CheckpointFolder,
  stored: ReadonlyMap<string, FiledTensor>,
  wanted: readonly WeightSource[],
  { family, prefix, added }: { readonly family: string; readonly prefix: string; readonly added: ReadonlySet<string> },
): readonly string[] => {
  const where = files.find((file) => file.startsWith("model.")) as string
  const needed = new Set(wanted.map(({ from }) => from))
  const missing = [...needed].filter((name) => !stored.has(name))
  if (missing.length > 0)
    throw new DataError(
      `${where} of "${location}" lacks the tensor ${several(missing)}`,
      `the file and config.json must describe the same ${family}`,
    )
  for (const { from, shape: expected } of wanted) {
    const { shape } = stored.get(from) as FiledTensor
    if (shape.length !== expected.length || shape.some((n, i) => n !== expected[i]))
      throw new DataError(
        `${from} of "${location}" is [${shape}], config.json asks for [${expected}]`,
        "take config.json and model.safetensors from the same checkpoint",
      )
  }
  const others = [...stored.keys()].filter((name) => !needed.has(name) && !added.has(name))
  const strange = others.filter((name) => name.startsWith(prefix) && !HEADS.test(name.slice(prefix.length)))
  if (strange.length > 0)
    throw new DataError(
      `${where} of "${location}" holds a tensor that the ${family} of its config.json does not have: ${several(strange)}`,
      "take config.json and the weights from the same checkpoint; a variant of a family needs a backbone plugin of its own",
    )
  return others
}

const several = ([first, ...rest]: readonly string[]): string =>
  rest.length === 0 ? first : `${first} (and ${rest.length} more)`

/** Memory for what is read to be copied at once, so that such bytes are no garbage beside those that are kept. */
type Passage = (bytes: number) => Uint8Array<ArrayBuffer>

const passage = (): Passage => {
  let largest = new Uint8Array()
  return (bytes) => {
    if (largest.length < bytes) largest = new Uint8Array(bytes)
    return largest.subarray(0, bytes)
  }
}

interface Floats {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** A tensor, or some of its rows; with a passage, good until the next one is read through it. Throws DataError. */
const floats = (
  { path, location }: CheckpointFolder,
  { file, ...whole }: FiledTensor,
  rows?: readonly [number, number],
  passing?: Passage,
): Floats => {
  if (!/^B?F(16|32|64)$/.test(whole.dtype))
    throw new DataError(
      `${whole.name} of "${location}" is stored as ${whole.dtype}: float32, float16 and bfloat16 are read`,
      "take the checkpoint whose weights are not quantised",
    )
  const tensor = rows ? rowsOf(whole, ...rows) : whole
  const { start, end } = tensor
  const handle = openSync(join(path, file), "r")
  try {
    const { shape, data } = decodedTensor(tensor, bytesAt(handle, start, end, passing?.(end - start)))
    const numbers = data instanceof Float32Array ? data : Float32Array.from(data as Float64Array)
    checkFinite(numbers, whole.name, location)
    return { shape, data: numbers }
  } catch (error) {
    throw damaged(error, file, location)
  } finally {
    closeSync(handle)
  }
}

/** Throws DataError. The sum of 0 x is NaN where one x is not finite, and costs little. */
export const checkFinite = (numbers: Float32Array, name: string, location: string): void => {
  let sum = 0
  for (let i = 0; i < numbers.length; i++) sum += 0 * numbers[i]
  if (sum === 0) return
  const at = numbers.findIndex((x) => !Number.isFinite(x))
  throw new DataError(
    `${name} of "${location}" has ${numbers[at]} as its number ${at}`,
    "copy or download the weights again; a checkpoint of your own has such numbers where its training diverged",
  )
}

/** Throws DataError where the row is not as wide as the table. */
const addRow = ({ shape, data }: Floats, row: Floats, { name }: FiledTensor): void => {
  const width = shape[1]
  if (row.data.length !== width)
    throw new DataError(
      `${name} is ${row.data.length} wide, the table that it is added to ${width}`,
      "take config.json and model.safetensors from the same checkpoint",
    )
  for (let i = 0; i < data.length; i++) data[i] += row.data[i % width]
}
