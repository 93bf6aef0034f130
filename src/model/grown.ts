/** A tensor in a larger one: what a router has learnt, where the library has grown by a module. */
import type { HostTensor } from "../tensor/index.ts"

/** Element [i, j, ...] of `old` becomes element [i, j, ...] of `fresh`, which is as large along each axis or larger; the rest of `fresh` stays. */
export const copyInto = (old: HostTensor, fresh: HostTensor): void => {
  const target = fresh.data as Float32Array
  const position = old.shape.map(() => 0)
  for (let i = 0; i < old.data.length; i++) {
    target[position.reduce((sum, at, axis) => sum * fresh.shape[axis] + at, 0)] = Number(old.data[i])
    for (let axis = position.length - 1; axis >= 0 && ++position[axis] === old.shape[axis]; axis--) position[axis] = 0
  }
}
