/**
 * Recognition by value: a stretch of the graph is a GELU, or a layer norm, or an attention, when it computes what these
 * compute. How an exporter wrote it down does not matter.
 */
import type { Draft } from "../draft.ts"
import type { Node } from "../read.ts"

/**
 * What can be computed from a value by some operators and known values alone: nodes in the order of the graph.
 * `also`: further values that are given.
 */
export const stretchFrom = (
  draft: Draft,
  start: string,
  allowed: (node: Node) => boolean,
  also: readonly string[] = [],
): readonly Node[] => {
  const inside = new Set([start, ...also])
  const found: Node[] = []
  const queue = [...draft.readers(start)]
  const order = new Map(draft.nodes.map((node, i) => [node, i]))
  const rank = (node: Node) => order.get(node) as number
  const seen = new Set<Node>()
  while (queue.length > 0) {
    queue.sort((a, b) => rank(b) - rank(a))
    const node = queue.pop() as Node
    if (seen.has(node)) continue
    seen.add(node)
    if (!allowed(node) || !node.inputs.every((name) => name === "" || inside.has(name) || draft.known(name))) continue
    found.push(node)
    for (const value of node.outputs) {
      inside.add(value)
      queue.push(...draft.readers(value))
    }
  }
  return found
}

/** The nodes of a stretch that one value needs. */
export const needed = (stretch: readonly Node[], value: string): readonly Node[] => {
  const wanted = new Set([value])
  return stretch
    .toReversed()
    .filter(({ inputs, outputs }) => {
      if (!outputs.some((one) => wanted.has(one))) return false
      for (const name of inputs) wanted.add(name)
      return true
    })
    .toReversed()
}

/** The graph with a node in the place of the one that made its outputs. */
export const replaced = (draft: Draft, node: Node): Draft =>
  draft.with(draft.nodes.map((one) => (one.outputs[0] === node.outputs[0] ? node : one)))

/** Largest difference as a share of the largest number; NaN counts as infinite. */
export const apart = (actual: ArrayLike<number>, expected: ArrayLike<number>): number => {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY
  let [gap, most] = [0, 1e-30]
  for (let i = 0; i < actual.length; i++) {
    const difference = Math.abs(actual[i] - expected[i])
    gap = Math.max(gap, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference)
    most = Math.max(most, Math.abs(expected[i]))
  }
  return gap / most
}

/** Constants are stored in float32. */
export const NEAR = 1e-5
