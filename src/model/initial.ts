/** Draws first values of arrays from named random streams, and from the frozen weights where they depend on them. */

import { type Adapter, DataError, type FrozenLayer, type Initial } from "../plugin/index.ts"
import { type HostTensor, type RandomStream, randomStream } from "../tensor/index.ts"
import { encoder, type Network } from "./encoder.ts"
import { initialsFor } from "./single.ts"

/** First values of all arrays of a module, by full name, each from a stream of its own. */
export const freshModule = (
  network: Network,
  adapter: Adapter,
  options: unknown,
  streamOf: (name: string) => RandomStream,
): ReadonlyMap<string, HostTensor> => {
  checkSites(network, adapter, options)
  return freshArrays(
    network,
    `adapter ${adapter.name}`,
    initialsFor(adapter, options, network.checkpoint.sites),
    streamOf,
  )
}

/** First values of arrays "<site>/<name>", or "<place>/<site>/<name>"; `of` is what they belong to, for errors. */
export const freshArrays = (
  network: Network,
  of: string,
  initials: ReadonlyMap<string, Initial>,
  streamOf: (name: string) => RandomStream,
): ReadonlyMap<string, HostTensor> => {
  const depends = [...initials.values()].some(dependsOnWeight)
  const weights = depends ? frozenWeights(network) : new Map<string, HostTensor>()
  return new Map(
    [...initials].map(([name, initial]) => {
      const weight = weights.get(name.split("/").at(-2) as string)
      if (dependsOnWeight(initial) && !weight)
        throw new Error(`${name} of ${of} starts from a frozen weight, and its site has none`)
      if (initial.draw === "vocabulary")
        return [name, fromTable(initial, streamOf(name), weight as HostTensor, network)] as const
      return [name, drawn(initial, streamOf(name), weight)] as const
    }),
  )
}

/** An adapter that attaches nowhere would train its head alone, and so would a part of one that is made of others. Throws DataError. */
const checkSites = ({ backbone, checkpoint }: Network, adapter: Adapter, options: unknown): void => {
  const there = new Set(checkpoint.sites.map(({ role }) => role))
  for (const { name, sites } of adapter.members ?? [{ name: adapter.name, sites: () => adapter.sites(options) }]) {
    const wanted = sites()
    if (wanted.some((role) => there.has(role))) continue
    throw new DataError(
      `the adapter ${name} attaches at ${wanted.join(", ")}, and the backbone ${backbone.name} has no such site`,
      `it has ${[...there].join(", ")}: let the adapter attach at one of these, or take another adapter; \`l2r model inspect\` says which fit`,
    )
  }
}

const dependsOnWeight = (initial: Initial): boolean =>
  initial.draw === "column_norm" ||
  initial.draw === "vocabulary" ||
  (initial.draw === "places" && initial.choose === "largest")

/**
 * The value from which a parameter's distance counts where modules are averaged: what it starts from, if it scales
 * something and so starts from ones or from the lengths of columns; else nothing, that is zero.
 */
export const origin = (initial: Initial, weight?: HostTensor): HostTensor | undefined =>
  initial.draw === "ones" || initial.draw === "column_norm" ? drawn(initial, NO_DRAWS, weight) : undefined

/** The origins of all parameters of an adapter that have one, by full name. */
export const originsOf = (network: Network, adapter: Adapter, options: unknown): ReadonlyMap<string, HostTensor> => {
  const initials = initialsFor(adapter, options, network.checkpoint.sites)
  const depends = [...initials.values()].some(({ draw }) => draw === "column_norm")
  const weights = depends ? frozenWeights(network) : new Map<string, HostTensor>()
  return new Map(
    [...initials].flatMap(([name, initial]) => {
      const found = origin(initial, weights.get(name.slice(0, name.lastIndexOf("/"))))
      return found ? [[name, found] as const] : []
    }),
  )
}

const NO_DRAWS = randomStream(0)

/** One array. `weight` is the frozen one of its site. */
export const drawn = (initial: Initial, random: RandomStream, weight?: HostTensor): HostTensor => {
  const { shape } = initial
  if (initial.draw === "places") {
    const { of, choose } = initial
    const data = choose === "random" ? chosen(shape[0], of, random) : largest(shape[0], weight as HostTensor)
    return { shape, data: data.sort() }
  }
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1))
  switch (initial.draw) {
    case "ones":
      data.fill(1)
      break
    case "normal":
      for (let i = 0; i < data.length; i++) data[i] = random.normal() * initial.deviation
      break
    case "uniform":
      for (let i = 0; i < data.length; i++) data[i] = (2 * random.uniform() - 1) * initial.bound
      break
    case "column_norm":
      fillNorms(data, weight as HostTensor)
      break
  }
  return { shape, data }
}

/** Rows of a table: of the tokens of a text, again and again where it is short; or drawn, each as likely as another. */
const fromTable = (
  { shape, text }: Initial & { readonly draw: "vocabulary" },
  random: RandomStream,
  { shape: [vocabulary, width], data: table }: HostTensor,
  { backbone, checkpoint }: Network,
): HostTensor => {
  const ids = text === undefined ? undefined : backbone.tokenize([text], checkpoint)[0]
  const data = new Float32Array(shape[0] * width)
  for (let row = 0; row < shape[0]; row++) {
    const id = ids ? ids[row % ids.length] : random.below(vocabulary)
    for (let c = 0; c < width; c++) data[row * width + c] = Number(table[id * width + c])
  }
  return { shape, data }
}

const fillNorms = (norms: Float32Array, { data }: HostTensor): void => {
  const columns = norms.length
  for (let c = 0; c < columns; c++) {
    let squares = 0
    for (let i = c; i < data.length; i += columns) squares += Number(data[i]) ** 2
    norms[c] = Math.sqrt(squares)
  }
}

/** `count` different numbers below n, every set equally likely (Floyd's algorithm). */
const chosen = (count: number, n: number, random: RandomStream): Int32Array => {
  const taken = new Set<number>()
  for (let next = n - count; next < n; next++) {
    const number = random.below(next + 1)
    taken.add(taken.has(number) ? next : number)
  }
  return Int32Array.from(taken)
}

/** Places of the `count` entries of largest magnitude; of equals the first. */
const largest = (count: number, { data }: HostTensor): Int32Array => {
  const size = (i: number) => Math.abs(Number(data[i]))
  return Int32Array.from({ length: data.length }, (_, i) => i)
    .sort((a, b) => size(b) - size(a) || a - b)
    .slice(0, count)
}

/** The frozen weight of each linear and norm site, and the table of the embeddings: what the backbone gives there. */
const frozenWeights = (network: Network): ReadonlyMap<string, HostTensor> => {
  const weights = new Map<string, HostTensor>()
  const note = ({ site, weight }: FrozenLayer) => {
    if (weight?.op === "weight") weights.set(site.name, weight.attributes.host as HostTensor)
  }
  encoder(network, {
    join: (layer) => void note(layer),
    change: (layer, _x, y) => {
      note(layer)
      return y
    },
  })
  return weights
}
