/** A BERT whose features stand in another order: the same function of texts, found again only by what its features do. */
import { type HostTensor, randomStream } from "../plugin/index.ts"

/** The planted order of the state: feature i of the network in another order is feature `order[i]` of the other. */
export const plantedOrder = (width: number): readonly number[] =>
  randomStream(9, "planted order").shuffle(Array.from({ length: width }, (_, i) => i))

/** Weights [in, out], with the features of the state in the planted order, those of queries and keys, and of values, in one within each head. */
export const inAnotherOrder = (
  weights: Readonly<Record<string, HostTensor>>,
  width: number,
  heads: number,
): Record<string, HostTensor> => {
  const state = plantedOrder(width)
  const size = width / heads
  const within = (purpose: string): readonly number[] =>
    Array.from({ length: heads }, (_, head) =>
      randomStream(9, purpose).shuffle(Array.from({ length: size }, (_, i) => head * size + i)),
    ).flat()
  const [keys, values] = [within("queries and keys"), within("values")]
  const sidesOf = (name: string): readonly [Order, Order] => {
    if (/norm/.test(name) || name.startsWith("embeddings.")) return [undefined, state]
    if (/attention\.(query|key)/.test(name)) return [state, keys]
    if (name.includes("attention.value")) return [state, values]
    if (name.includes("attention.output")) return [values, state]
    return name.includes("intermediate") ? [state, undefined] : [undefined, state]
  }
  return Object.fromEntries(Object.entries(weights).map(([name, array]) => [name, reordered(array, sidesOf(name))]))
}

type Order = readonly number[] | undefined

const reordered = ({ shape, data }: HostTensor, [enters, leaves]: readonly [Order, Order]): HostTensor => {
  const columns = shape.at(-1) as number
  return {
    shape,
    data: (data as Float32Array).map((_, at) => {
      const [row, column] = [Math.floor(at / columns), at % columns]
      const from = shape.length === 1 ? 0 : (enters?.[row] ?? row)
      return Number(data[from * columns + (leaves?.[column] ?? column)])
    }),
  }
}
