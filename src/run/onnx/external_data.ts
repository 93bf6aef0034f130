/** Weights beside a model: a protocol buffer holds at most 2 GB, so large ones go into files of at most a gigabyte. */
import type { OnnxGraph, OnnxInitializer } from "../../plugin/index.ts"

export interface Place {
  readonly file: string
  readonly offset: number
  readonly length: number
}

export interface ExternalData {
  /** Where a weight lies, by its name; none where all are in the model itself. */
  readonly places: ReadonlyMap<string, Place>
  /** By name: <model>_data, <model>_data_1, ... */
  readonly files: ReadonlyMap<string, Uint8Array>
}

export interface Limits {
  /** Bytes of weights up to which they stay in the model. */
  readonly inside: number
  /** Bytes of a file, unless one weight is larger. */
  readonly file: number
}

const LIMITS: Limits = { inside: 1.5 * 2 ** 30, file: 2 ** 30 }
/** Smaller weights stay in the model; others begin where a page does, so that they can be mapped into memory. */
const SMALL = 1024
const PAGE = 4096

export const externalData = (
  { initializers }: Pick<OnnxGraph, "initializers">,
  model: string,
  bytesOf: (initializer: OnnxInitializer) => Uint8Array,
  limits: Limits = LIMITS,
): ExternalData => {
  const all = initializers.map((one) => ({ name: one.name, bytes: bytesOf(one) }))
  if (all.reduce((sum, { bytes }) => sum + bytes.length, 0) <= limits.inside)
    return { places: new Map(), files: new Map() }
  const places = new Map<string, Place>()
  const sizes: number[] = [0]
  for (const { name, bytes } of all) {
    if (bytes.length < SMALL) continue
    const next = Math.ceil(sizes[sizes.length - 1] / PAGE) * PAGE
    const fits = next === 0 || next + bytes.length <= limits.file
    if (!fits) sizes.push(0)
    const offset = fits ? next : 0
    places.set(name, { file: fileName(model, sizes.length - 1), offset, length: bytes.length })
    sizes[sizes.length - 1] = offset + bytes.length
  }
  const files = new Map(sizes.map((size, i) => [fileName(model, i), new Uint8Array(size)]))
  for (const { name, bytes } of all) {
    const place = places.get(name)
    if (place) files.get(place.file)?.set(bytes, place.offset)
  }
  return { places, files }
}

const fileName = (model: string, index: number): string => `${model}_data${index === 0 ? "" : `_${index}`}`
