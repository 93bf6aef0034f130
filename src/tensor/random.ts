/**
 * Random streams, equal bit by bit on every JavaScript engine: integer arithmetic, and of the floating-point
 * operations only those that IEEE 754 fixes (+ - * / and the square root).
 *
 * The generator is xoshiro128** (Blackman & Vigna 2021), seeded by a hash of the seed and the names, so that streams
 * of different names are independent and one stream never moves another.
 */
import { logarithm } from "./exact.ts"

export interface RandomStream {
  /** A whole number in [0, 2^32). */
  readonly uint32: () => number
  /** A float32 number in the open interval (0, 1). */
  readonly uniform: () => number
  /** A whole number in [0, n), every one equally likely. */
  readonly below: (n: number) => number
  /** A normal deviate of mean 0 and variance 1. */
  readonly normal: () => number
  /** A shuffled copy. */
  readonly shuffle: <T>(items: readonly T[]) => T[]
  /** Fills an array with uniform numbers, and returns it. */
  readonly fillUniform: (array: Float32Array) => Float32Array
  /** Where the stream stands; `restore` brings a stream of the same names back there. */
  readonly state: () => Float64Array
  readonly restore: (state: Float64Array) => void
}

const rotate = (x: number, k: number) => (x << k) | (x >>> (32 - k))

/** Avalanche of 32 bits (finaliser of MurmurHash3). */
const mix = (x: number): number => {
  let h = x
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

/** Four words from a text; each character moves all of them. */
const hash = (text: string): Int32Array => {
  const words = Int32Array.of(0x9e3779b9, 0x243f6a88, 0xb7e15162, 0x6a09e667)
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    for (let lane = 0; lane < 4; lane++)
      words[lane] = mix(Math.imul(words[lane] ^ unit, 0x01000193) + words[(lane + 3) & 3] + lane)
  }
  if (words.every((word) => word === 0)) words[0] = 1
  return words
}

export const randomStream = (seed: number, ...names: readonly (string | number)[]): RandomStream => {
  const s = hash(JSON.stringify([seed, ...names]))
  let spare: number | undefined

  const uint32 = () => {
    const result = Math.imul(rotate(Math.imul(s[1], 5), 7), 9) >>> 0
    const t = s[1] << 9
    s[2] ^= s[0]
    s[3] ^= s[1]
    s[1] ^= s[2]
    s[0] ^= s[3]
    s[2] ^= t
    s[3] = rotate(s[3], 11)
    return result
  }

  /** Odd multiples of 2^-24: 24 bits, so exact in float32, and never 0 or 1. */
  const uniform = () => ((uint32() >>> 9) * 2 + 1) * 2 ** -24

  const below = (n: number) => {
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 32)
      throw new RangeError(`below(${n}): give a whole number from 1 to 2^32`)
    const limit = 2 ** 32 - (2 ** 32 % n)
    for (let x = uint32(); ; x = uint32()) if (x < limit) return x % n
  }

  /** Polar method (Marsaglia & Bray 1964). */
  const normal = () => {
    if (spare !== undefined) {
      const value = spare
      spare = undefined
      return value
    }
    for (;;) {
      const u = 2 * uniform() - 1
      const v = 2 * uniform() - 1
      const square = u * u + v * v
      if (square >= 1 || square === 0) continue
      const factor = Math.sqrt((-2 * logarithm(square)) / square)
      spare = v * factor
      return u * factor
    }
  }

  const shuffle = <T>(items: readonly T[]): T[] => {
    const copy = [...items]
    for (let i = copy.length - 1; i > 0; i--) {
      const j = below(i + 1)
      ;[copy[i], copy[j]] = [copy[j], copy[i]]
    }
    return copy
  }

  const fillUniform = (array: Float32Array) => {
    for (let i = 0; i < array.length; i++) array[i] = uniform()
    return array
  }

  const state = () => Float64Array.of(...s, spare ?? Number.NaN)
  const restore = (from: Float64Array) => {
    s.set(from.subarray(0, 4))
    spare = Number.isNaN(from[4]) ? undefined : from[4]
  }

  return { uint32, uniform, below, normal, shuffle, fillUniform, state, restore }
}
