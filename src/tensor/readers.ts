/** Who reads each value of a program: a node that reads it twice stands there twice. */
import type { Tensor } from "./tensor.ts"

export type Readers = ReadonlyMap<Tensor, readonly Tensor[]>

export const readersOf = (nodes: readonly Tensor[]): Readers => {
  const readers = new Map<Tensor, Tensor[]>()
  for (const node of nodes) {
    for (const x of node.inputs) {
      const list = readers.get(x)
      if (list) list.push(node)
      else readers.set(x, [node])
    }
  }
  return readers
}
