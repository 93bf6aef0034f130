/**
 * Experts of a backbone's sub-layers as things that come and go (ModuleFormer, Shen et al. 2023): fresh ones are inserted, those
 * that are seldom chosen are pruned. Both change weights alone: a checkpoint with more or fewer experts is one like any other.
 */
import type { Checkpoint, ExpertLayer, HostTensor } from "../plugin/index.ts"
import { concat, parameter, type RandomStream, type Tensor, weight } from "../tensor/index.ts"
import type { Network, Participant, Trained } from "./encoder.ts"

/** What the gates of a forward pass said, in the order of computation. */
export interface Watched {
  /** [length, experts] */
  readonly scores: Tensor
  readonly k: number
}

/** A participant that looks at gates, and what it has seen when all is traced. */
export const watchedExperts = (): { readonly participant: Participant; readonly seen: readonly Watched[] } => {
  const seen: Watched[] = []
  return { participant: { experts: (_name, scores, k) => void seen.push({ scores, k }) }, seen }
}

export const expertsOf = ({ backbone, checkpoint }: Network): readonly ExpertLayer[] =>
  backbone.experts?.(checkpoint) ?? []

const expertWeights = (network: Network): ReadonlySet<string> =>
  new Set(expertsOf(network).flatMap(({ weights }) => weights))

/**
 * Deviation of the weights that fresh experts and their rows of the gate start from: one rule for every family, since the contract
 * names the weights of experts and not how a family draws them (ModuleFormer's new networks start experts uniform in +-1/in).
 */
const FRESH = 0.02

/** `count` fresh experts more in each sub-layer, behind those that are there. The new rows are drawn; the old ones stay as they are. */
export const inserted = (network: Network, count: number, random: RandomStream): Checkpoint => {
  const own = expertWeights(network)
  return reweighed(network.checkpoint, (name, old) => {
    if (!own.has(name)) return old
    const size = old.data.length / old.shape[0]
    const data = new Float32Array(old.data.length + count * size)
    data.set(old.data as Float32Array)
    for (let i = old.data.length; i < data.length; i++) data[i] = FRESH * random.normal()
    return { shape: [old.shape[0] + count, ...old.shape.slice(1)], data }
  })
}

/** The last `count` experts of each sub-layer are parameters, "new/" before the name of their weight; all else is frozen. */
export const lastTrained = (network: Network, count: number): Trained => {
  const own = expertWeights(network)
  return (name, host) => {
    if (!own.has(name)) return weight(name, host, { backbone: true })
    const [old, fresh] = partsOf(host, count)
    return concat([weight(`old/${name}`, old, { backbone: true }), parameter(`new/${name}`, fresh.shape)], 0)
  }
}

/** First values of the parameters of `lastTrained`: views into the weights, so that training changes these. */
export const lastValues = (network: Network, count: number): ReadonlyMap<string, HostTensor> =>
  new Map(
    [...expertWeights(network)].map((name) => [`new/${name}`, partsOf(network.checkpoint.weights[name], count)[1]]),
  )

const partsOf = ({ shape, data }: HostTensor, count: number): readonly [old: HostTensor, fresh: HostTensor] => {
  const kept = shape[0] - count
  const cut = (kept * data.length) / shape[0]
  const rest = shape.slice(1)
  const numbers = data as Float32Array
  return [
    { shape: [kept, ...rest], data: numbers.subarray(0, cut) },
    { shape: [count, ...rest], data: numbers.subarray(cut) },
  ]
}

/** Only these experts of each sub-layer, in their order: the softmax of the gate runs over what is left. */
export const keptExperts = (network: Network, kept: ReadonlyMap<string, readonly number[]>): Checkpoint => {
  const of = new Map(
    expertsOf(network).flatMap(({ name, weights }) => weights.map((one) => [one, kept.get(name)] as const)),
  )
  return reweighed(network.checkpoint, (name, old) => {
    const experts = of.get(name)
    if (!experts) return old
    const size = old.data.length / old.shape[0]
    const data = new Float32Array(experts.length * size)
    experts.forEach((expert, i) => {
      data.set((old.data as Float32Array).subarray(expert * size, (expert + 1) * size), i * size)
    })
    return { shape: [experts.length, ...old.shape.slice(1)], data }
  })
}

/**
 * Which experts stay where `share` of all of them are dropped, those with the smallest `rank` first; of equals the later ones.
 * A sub-layer keeps one at least. `rank`: [experts] of each sub-layer.
 */
export const survivors = (
  layers: readonly ExpertLayer[],
  rank: (layer: number) => ArrayLike<number>,
  share: number,
): ReadonlyMap<string, readonly number[]> => {
  const all = layers.flatMap(({ count }, layer) => Array.from({ length: count }, (_, expert) => ({ layer, expert })))
  const of = ({ layer, expert }: (typeof all)[number]) => rank(layer)[expert]
  all.sort((a, b) => of(a) - of(b) || b.layer - a.layer || b.expert - a.expert)
  const left = layers.map(({ count }) => new Set(Array.from({ length: count }, (_, expert) => expert)))
  let drop = Math.round(share * all.length)
  for (const { layer, expert } of all) {
    if (drop === 0) break
    if (left[layer].size === 1) continue
    left[layer].delete(expert)
    drop--
  }
  return new Map(layers.map(({ name }, layer) => [name, [...left[layer]]]))
}

const reweighed = (checkpoint: Checkpoint, change: (name: string, weight: HostTensor) => HostTensor): Checkpoint => {
  const weights = Object.fromEntries(
    Object.entries(checkpoint.weights).map(([name, old]) => [name, change(name, old)] as const),
  )
  return { ...checkpoint, weights, parameters: parametersIn(weights) }
}

export const parametersIn = (weights: Checkpoint["weights"]): number =>
  Object.values(weights).reduce((sum, { data }) => sum + data.length, 0)
