/** Numbers between -1 and 1 to try a formula on: any will do. */
import { countOf, type Numbers, numbers } from "../numbers.ts"

export const drawn = (seed: number, shape: readonly number[]): Numbers => {
  const data = new Float64Array(countOf(shape))
  let state = seed * 2654435761
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    data[i] = state / 2 ** 31
  }
  return numbers("float", shape, data)
}
