/**
 * A padded batch, `input_ids` and `attention_mask` [batch, sequence], as the packed feeds that programs read, computed in
 * the graph itself; and rows of tokens as a padded batch again. Padding may stand before or behind a text.
 */
import type { Nodes } from "./nodes.ts"

export const IDS = "input_ids"
export const MASK = "attention_mask"

/** Element types of TensorProto. */
const [FLOAT, BOOL] = [1, 9]

export interface PaddedBatch {
  /** Computes a feed under its own name. */
  readonly feed: (name: string) => void
  /** [tokens, width] to [batch, sequence, width], zeros where there is no token. */
  readonly padded: (rows: string, width: number, named: string) => void
}

export const paddedBatch = (nodes: Nodes): PaddedBatch => {
  const once = lazily()
  const of = (opType: string, inputs: readonly string[], attributes: Readonly<Record<string, number>> = {}) =>
    nodes.add(opType, inputs, attributes)
  const at = (vector: string, index: number) => of("Gather", [vector, nodes.ints(index)], { axis: 0 })
  const size = () => once("size", () => of("Shape", [MASK]))
  /** Of each token in the order of the rows: its text and its column, [2, tokens]. */
  const places = () => once("places", () => of("NonZero", [MASK]))
  const text = () => once("text", () => at(places(), 0))
  const column = () => once("column", () => at(places(), 1))
  const tokens = () => once("tokens", () => at(of("Shape", [text()]), 0))
  const lengths = () => once("lengths", () => of("ReduceSum", [MASK, nodes.ints([1])], { keepdims: 0 }))
  const taken = (values: string) => of("GatherND", [values, once("pairs", () => of("Transpose", [places()]))])
  const upTo = (values: string, axis: number, more: Readonly<Record<string, number>> = {}) =>
    of("CumSum", [values, nodes.ints(axis)], more)
  const less = (values: string) => of("Sub", [values, nodes.ints(1)])

  /** The row of each place, `tokens` where there is none. */
  const rows = () =>
    once("rows", () => {
      const counted = of("Reshape", [upTo(of("Reshape", [MASK, nodes.ints([-1])]), 0), size()])
      return of("Where", [of("Cast", [MASK], { to: BOOL }), less(counted), tokens()])
    })

  const feeds: Readonly<Record<string, () => string>> = {
    ids: () => taken(IDS),
    positions: () => less(taken(upTo(MASK, 1))),
    segment: text,
    unpad: () => of("Add", [of("Mul", [text(), at(size(), 1)]), column()]),
    pad: rows,
    mask: () => of("Cast", [MASK], { to: FLOAT }),
    mean: () => {
      const texts = of("Range", [nodes.ints(0), at(size(), 0), nodes.ints(1)])
      const own = of("Equal", [of("Unsqueeze", [text(), nodes.ints([0])]), of("Unsqueeze", [texts, nodes.ints([1])])])
      const length = of("Cast", [of("Unsqueeze", [lengths(), nodes.ints([1])])], { to: FLOAT })
      return of("Div", [of("Cast", [own], { to: FLOAT }), length])
    },
    first: () => upTo(lengths(), 0, { exclusive: 1 }),
    last: () => less(upTo(lengths(), 0)),
  }

  return {
    feed: (name) => {
      const value = feeds[name]
      if (!value) throw new Error(`a padded batch has no feed "${name}"`)
      nodes.add("Identity", [value()], {}, name)
    },
    padded: (values, width, named) => {
      const withZeros = of("Concat", [values, nodes.zeros([1, width])], { axis: 0 })
      nodes.add("Gather", [withZeros, rows()], { axis: 0 }, named)
    },
  }
}

const lazily = () => {
  const known = new Map<string, string>()
  return (key: string, make: () => string): string => {
    const found = known.get(key) ?? make()
    known.set(key, found)
    return found
  }
}
