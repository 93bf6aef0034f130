/**
 * Keys and values of the tokens that a decoder has seen, for each attention site: [examples, columns, width], where
 * column c holds the token at position c. Columns beyond the tokens of an example are masked. Beside them lie values of
 * each example, [examples, ..], that stay as they are.
 */
import type { HostTensor, TokenIds } from "../plugin/index.ts"
import type { Feeds } from "./batch.ts"

export type Numbers = Float32Array | Float64Array

export interface CachedArray {
  /** As programs call it: "keys/<site>", "values/<site>". */
  readonly name: string
  readonly width: number
}

export interface KeptArrays {
  readonly cached: readonly CachedArray[]
  /** How many earlier tokens the attention sites see; Infinity: all. */
  readonly windows: readonly number[]
  readonly kept?: readonly string[]
}

/** Columns that are added at once. */
const GROWTH = 64

export class KeyValueCache {
  readonly #arrays: readonly CachedArray[]
  readonly #windows: readonly number[]
  readonly #kept: readonly string[]
  readonly #data = new Map<string, Numbers>()
  /** Values of each example, by name. */
  readonly #values = new Map<string, HostTensor>()
  #columns = 1
  /** Tokens of each example so far. */
  lengths: Int32Array

  /** `values`: of each example from the start on; `kept`: names of further ones among the outputs of the first step. */
  constructor(
    { cached: arrays, windows, kept = [] }: KeptArrays,
    examples: number,
    values: Readonly<Record<string, HostTensor>> = {},
  ) {
    this.#arrays = arrays
    this.#windows = windows
    this.#kept = kept
    this.lengths = new Int32Array(examples)
    for (const [name, value] of Object.entries(values)) this.#values.set(name, value)
    for (const { name, width } of arrays) this.#data.set(name, new Float32Array(examples * width))
  }

  get empty(): boolean {
    return this.lengths.every((length) => length === 0)
  }

  /** What a program reads of the tokens so far, whose next token stands at position `lengths`. */
  feeds(): Feeds {
    const examples = this.lengths.length
    const shape = [examples, this.#columns]
    const feeds: Feeds = Object.fromEntries(this.#values)
    feeds[START] = { shape: [examples], data: this.lengths }
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

  /** Adds the keys and values of further tokens, given as [examples, longest, width]; those that joined all texts stand first. */
  append(outputs: Readonly<Record<string, HostTensor>>, texts: readonly TokenIds[]): void {
    const longest = texts.reduce((most, text) => Math.max(most, text.length), 0)
    const [first] = this.#arrays
    const joined = first ? outputs[first.name].shape[1] - longest : 0
    const sizes = texts.map((text) => joined + text.length)
    const needed = sizes.reduce((most, size, e) => Math.max(most, this.lengths[e] + size), 0)
    if (needed > this.#columns) this.#grow(Math.ceil(needed / GROWTH) * GROWTH, outputs)
    if (this.empty) for (const name of this.#kept) this.#values.set(name, outputs[name])
    for (const { name, width } of this.#arrays) {
      const [target, source] = [this.#data.get(name) as Numbers, outputs[name].data as Numbers]
      sizes.forEach((size, e) => {
        const from = e * (joined + longest) * width
        const to = (e * this.#columns + this.lengths[e]) * width
        target.set(source.subarray(from, from + size * width), to)
      })
    }
    this.lengths = this.lengths.map((length, e) => length + sizes[e])
  }

  /** Example e becomes what example origins[e] was. */
  keep(origins: readonly number[]): void {
    if (origins.length === this.lengths.length && origins.every((origin, e) => origin === e)) return
    for (const { name, width } of this.#arrays) {
      const shape = [this.lengths.length, this.#columns * width]
      this.#data.set(name, chosen({ shape, data: this.#data.get(name) as Numbers }, origins).data as Numbers)
    }
    for (const [name, value] of this.#values) this.#values.set(name, chosen(value, origins))
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

/** int [examples]: the position of each example's next token. */
export const START = "earlier/start"

/** The mask of sites whose tokens see `window` earlier ones. */
export const maskName = (window: number): string => (window === Infinity ? "earlier" : `earlier within ${window}`)

/** Rows of an array. */
const chosen = ({ shape, data }: HostTensor, rows: readonly number[]): HostTensor => {
  const size = data.length / shape[0]
  const source = data as Numbers
  const target = like(source, rows.length * size)
  rows.forEach((row, e) => target.set(source.subarray(row * size, (row + 1) * size), e * size))
  return { shape: [rows.length, ...shape.slice(1)], data: target }
}

const like = (array: Numbers, length: number): Numbers =>
  array instanceof Float64Array ? new Float64Array(length) : new Float32Array(length)
