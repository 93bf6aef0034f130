/** A graph while it is being folded: the nodes that the output needs, who makes and who reads a value, and what is known. */
import type { Dim } from "../../../src/plugin/index.ts"
import type { Evaluated, Known } from "./evaluate.ts"
import { computed } from "./kernels/index.ts"
import { type Numbers, same } from "./numbers.ts"
import type { Node } from "./read.ts"
import { dimOf, SAMPLES, type Sample } from "./samples.ts"

export interface Draft {
  /** In the order of computation. */
  readonly nodes: readonly Node[]
  readonly output: string
  readonly maker: (value: string) => Node | undefined
  readonly readers: (value: string) => readonly Node[]
  readonly known: (value: string) => Known | undefined
  /** The numbers of a value that does not depend on the batch, nor on its size. */
  readonly constant: (value: string) => Numbers | undefined
  readonly shapeAt: (value: string, sample: Sample) => readonly number[]
  readonly dims: (value: string) => readonly Dim[]
  /** Declares a further constant. */
  readonly add: (value: string, constant: Numbers) => string
  /** Declares a further value that is not known, and its shape. */
  readonly declare: (value: string, shapeAt: (sample: Sample) => readonly number[]) => string
  /** The same graph with other nodes; what the output does not need is left out. */
  readonly with: (nodes: readonly Node[]) => Draft
}

export const draftOf = (nodes: readonly Node[], output: string, evaluated: Evaluated): Draft => {
  const { known, shapes, shapeAt } = evaluated
  const needed = new Set([output])
  const alive = nodes
    .toReversed()
    .filter((node) => {
      if (known.has(node.outputs[0]) || !node.outputs.some((value) => needed.has(value))) return false
      for (const value of node.inputs) needed.add(value)
      return true
    })
    .toReversed()
  const makers = new Map(alive.flatMap((node) => node.outputs.map((value) => [value, node] as const)))
  const readers = new Map<string, Node[]>()
  for (const node of alive)
    for (const value of new Set(node.inputs)) readers.set(value, [...(readers.get(value) ?? []), node])
  return {
    nodes: alive,
    output,
    maker: (value) => makers.get(value),
    readers: (value) => readers.get(value) ?? [],
    known: (value) => known.get(value),
    constant: (value) => constantOf(known.get(value)),
    shapeAt,
    dims: (value) => {
      const shapes = SAMPLES.map((sample) => shapeAt(value, sample))
      return shapes[0].map((_, axis) => dimOf(shapes.map((shape) => shape[axis])))
    },
    add: (value, constant) => {
      known.set(value, { fixed: true, at: () => constant })
      return value
    },
    declare: (value, at) => {
      shapes.set(value, at)
      return value
    },
    with: (others) => draftOf(others, output, evaluated),
  }
}

const constantOf = (known: Known | undefined): Numbers | undefined => {
  if (!known) return undefined
  const [first, ...rest] = known.fixed ? [known.at(SAMPLES[0])] : SAMPLES.map((sample) => known.at(sample))
  return rest.every((value) => same(first, value)) ? first : undefined
}

/** The number that a value holds wherever it is used. */
export const scalarIn = (draft: Draft, value: string): number | undefined => {
  const constant = draft.constant(value)
  return constant?.data.length === 1 ? constant.data[0] : undefined
}

/** Values of a stretch of the graph, given those that enter it. Throws RangeError where an operator is not computed. */
export const evaluatedStretch = (
  draft: Draft,
  nodes: readonly Node[],
  entering: ReadonlyMap<string, Numbers>,
  sample: Sample = SAMPLES[0],
): ReadonlyMap<string, Numbers> => {
  const values = new Map(entering)
  const valueOf = (name: string): Numbers | undefined =>
    name === "" ? undefined : (values.get(name) ?? (draft.known(name) as Known).at(sample))
  for (const { op, inputs, outputs, attributes } of nodes)
    computed(op, { inputs: inputs.map(valueOf), attributes, outputs: outputs.length }).forEach((result, i) => {
      values.set(outputs[i], result)
    })
  return values
}
