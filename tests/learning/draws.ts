/** A small generator for the tests of this room (xorshift, Marsaglia 2003), which imports none of ours. */
import type { Draws } from "../../src/learning/draws.ts"

export function testDraws(seed: number): Draws & { readonly uniform: () => number } {
  let state = (seed * 2654435761) >>> 0 || 1
  const uint32 = () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (Math.imul(state, 0x9e3779b1) ^ (state >>> 15)) >>> 0
  }
  for (let i = 0; i < 20; i++) uint32()
  return { uint32, uniform: () => uint32() / 4294967296 }
}
