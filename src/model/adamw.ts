/**
 * AdamW with decoupled weight decay (Loshchilov and Hutter 2019), on typed arrays:
 *   m = b1 m + (1-b1) g,  v = b2 v + (1-b2) g^2,
 *   theta <- theta (1 - lr wd) - lr (m / (1-b1^t)) / (sqrt(v / (1-b2^t)) + eps)
 * Only operations that IEEE 754 fixes: the same bytes on every JavaScript engine.
 */
import type { Optimiser, OptimiserState, ParameterGroup } from "./optimiser.ts"

const BETA1 = 0.9
const BETA2 = 0.999
const EPSILON = 1e-8

export class AdamW implements Optimiser {
  readonly #m = new Map<string, Float32Array>()
  readonly #v = new Map<string, Float32Array>()
  #power1 = 1
  #power2 = 1

  step(
    groups: readonly ParameterGroup[],
    values: ReadonlyMap<string, Float32Array>,
    gradientOf: (name: string) => Float32Array,
    factor: number,
  ): void {
    this.#power1 *= BETA1
    this.#power2 *= BETA2
    for (const { names, learningRate, weightDecay } of groups)
      for (const name of names)
        this.#update(name, values.get(name) as Float32Array, gradientOf(name), learningRate * factor, weightDecay)
  }

  get state(): OptimiserState {
    return { m: this.#m, v: this.#v }
  }

  resume(updates: number, { m = new Map(), v = new Map() }: OptimiserState): void {
    for (const [name, data] of m) this.#m.set(name, data.slice())
    for (const [name, data] of v) this.#v.set(name, data.slice())
    this.#power1 = this.#power2 = 1
    for (let update = 0; update < updates; update++) {
      this.#power1 *= BETA1
      this.#power2 *= BETA2
    }
  }

  #update(name: string, value: Float32Array, gradient: Float32Array, rate: number, decay: number): void {
    const [m, v] = [kept(this.#m, name, value.length), kept(this.#v, name, value.length)]
    const shrink = 1 - rate * decay
    const stepSize = rate / (1 - this.#power1)
    const root = Math.sqrt(1 - this.#power2)
    for (let i = 0; i < value.length; i++) {
      const g = gradient[i]
      const first = (m[i] = m[i] * BETA1 + g * (1 - BETA1))
      const second = (v[i] = v[i] * BETA2 + g * g * (1 - BETA2))
      value[i] = value[i] * shrink - (stepSize * first) / (Math.sqrt(second) / root + EPSILON)
    }
  }
}

/** The array of that name; zeros at first. */
export const kept = (arrays: Map<string, Float32Array>, name: string, length: number): Float32Array => {
  const known = arrays.get(name)
  if (known) return known
  const fresh = new Float32Array(length)
  arrays.set(name, fresh)
  return fresh
}
