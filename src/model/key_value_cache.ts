/**
 * Keys and values of the tokens that a decoder has seen, for each attention site: [examples, columns, width], where
 * column c holds the token at position c. Columns beyond the tokens of an example are masked.
 */
import type { HostTensor, TokenIds } from "../plugin/index.ts"
import type { Feeds } from "./batch.ts"

export type Numbers = Float32Array | Float64Array

export interface CachedArray {
  /** As programs call it: "keys/<site>", "values/<site>". */
  readonly name: string
  readonly width: number
}

/** Columns that are added at once. */
const GROWTH = 64

export class KeyValueCache {
  readonly #arrays: readonly CachedArray[]
  readonly #windows: readonly number[]
  readonly #data = new Map<string, Numbers>()
  #columns = 1
  /** Tokens of each example so far. */
  lengths: Int32Array

  constructor(arrays: readonly CachedArray[], windows: readonly number[], examples: number) {
    this.#arrays = arrays
    this.#windows = windows
    this.lengths = new Int32Array(examples)
    for (const { name, width } of arrays) this.#data.set(name, new Float32Array(examples * width))
  }

  /** What a program reads of the tokens so far, whose next token stands at position `lengths`. */
  feeds(): Feeds {
    const examples = this.lengths.length
    const shape = [examples, this.#columns]
    const feeds: Feeds = {}
    for (const { name, width } of this.#arrays)
      feeds[`earlier/${name}`] = { shape: [...shape, width], data: this.#data.get(name) as Numbers }
    for (const window of this.#windows) {
      const data = new Float32Array(examples * this.#columns)
      this.lengths.forEach((length, e) => {
        data.fill(1, e * this.#columns + Math.max(0, length - window), e * this.#columns + length)
      })
      feeds[maskName(window)] = { shape, data }
    }
    return feeds
  }

  /** Adds the keys and values of further tokens, given as [examples, longest, width]. */
  append(outputs: Readonly<Record<string, HostTensor>>, texts: readonly TokenIds[]): void {
    const needed = texts.reduce((most, text, e) => Math.max(most, this.lengths[e] + text.length), 0)
    if (needed > this.#columns) this.#grow(Math.ceil(needed / GROWTH) * GROWTH, outputs)
    const longest = texts.reduce((most, text) => Math.max(most, text.length), 0)
    for (const { name, width } of this.#arrays) {
      const [target, source] = [this.#data.get(name) as Numbers, outputs[name].data as Numbers]
      texts.forEach((text, e) => {
        const from = e * longest * width
        const to = (e * this.#columns + this.lengths[e]) * width
        target.set(source.subarray(from, from + text.length * width), to)
      })
    }
    this.lengths = this.lengths.map((length, e) => length + texts[e].length)
  }

  /** Example e becomes what example origins[e] was. */
  keep(origins: readonly number[]): void {
    if (origins.length === this.lengths.length && origins.every((origin, e) => origin === e)) return
    for (const { name, width } of this.#arrays) {
      const size = this.#columns * width
      const source = this.#data.get(name) as Numbers
      const target = like(source, origins.length * size)
      origins.forEach((origin, e) => target.set(source.subarray(origin * size, (origin + 1) * size), e * size))
      this.#data.set(name, target)
    }
    this.lengths = Int32Array.from(origins, (origin) => this.lengths[origin])
  }

  #grow(columns: number, outputs: Readonly<Record<string, HostTensor>>): void {
    for (const { name, width } of this.#arrays) {
      const source = this.#data.get(name) as Numbers
      const target = like(outputs[name].data as Numbers, this.lengths.length * columns * width)
      const size = this.#columns * width
      for (let e = 0; e < this.lengths.length; e++)
        target.set(source.subarray(e * size, (e + 1) * size), e * columns * width)
      this.#data.set(name, target)
    }
    this.#columns = columns
  }
}

/** The mask of sites whose tokens see `window` earlier ones. */
export const maskName = (window: number): string => (window === Infinity ? "earlier" : `earlier within ${window}`)

const like = (array: Numbers, length: number): Numbers =>
  array instanceof Float64Array ? new Float64Array(length) : new Float32Array(length)
