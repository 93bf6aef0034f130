/** Floating-point operations of a program's matrix products, for given symbolic sizes. */
import { type Dim, type Program, valueOf } from "../tensor/index.ts"

export const flopsOf = (program: Program, sizes: Readonly<Record<string, number>>): number => {
  const values = new Map(Object.entries(sizes))
  const sizeOf = (n: Dim) => valueOf(n, values)
  let total = 0
  for (const { op, inputs, shape, attributes } of program.nodes) {
    if (op !== "matmul") continue
    const left = inputs[0].shape
    const inner = left[attributes.transposeA && left.length > 1 ? left.length - 2 : left.length - 1]
    total += 2 * sizeOf(inner) * shape.reduce<number>((product, n) => product * sizeOf(n), 1)
  }
  return total
}
