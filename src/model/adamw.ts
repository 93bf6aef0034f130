/**
 * AdamW with decoupled weight decay (Loshchilov and Hutter 2019), on typed arrays:
 *   m = b1 m + (1-b1) g,  v = b2 v + (1-b2) g^2,
 *   theta <- theta (1 - lr wd) - lr (m / (1-b1^t)) / (sqrt(v / (1-b2^t)) + eps)
 * Only operations that IEEE 754 fixes: the same bytes on every JavaScript engine.
 */

export interface ParameterGroup {
  readonly names: readonly string[]
  readonly learningRate: number
  readonly weightDecay: number
}

export interface Moments {
  readonly m: Float32Array
  readonly v: Float32Array
}

const BETA1 = 0.9
const BETA2 = 0.999
const EPSILON = 1e-8

export class AdamW {
  readonly #moments = new Map<string, Moments>()
  #power1 = 1
  #power2 = 1

  /** One update of every parameter in place. `factor` scales the learning rates (the schedule). */
  step(
    groups: readonly ParameterGroup[],
    values: ReadonlyMap<string, Float32Array>,
    gradientOf: (name: string) => Float32Array,
    factor: number,
  ): void {
    this.#power1 *= BETA1
    this.#power2 *= BETA2
    for (const { names, learningRate, weightDecay } of groups)
      for (const name of names) {
        const value = values.get(name) as Float32Array
        this.#update(value, gradientOf(name), this.#momentsOf(name, value.length), learningRate * factor, weightDecay)
      }
  }

  /** Moments so far, by parameter. */
  get moments(): ReadonlyMap<string, Moments> {
    return this.#moments
  }

  /** Goes on after so many steps with the moments that these left. */
  resume(steps: number, moments: Iterable<readonly [string, Moments]>): void {
    for (const [name, { m, v }] of moments) this.#moments.set(name, { m: m.slice(), v: v.slice() })
    this.#power1 = this.#power2 = 1
    for (let step = 0; step < steps; step++) {
      this.#power1 *= BETA1
      this.#power2 *= BETA2
    }
  }

  #momentsOf(name: string, length: number): Moments {
    const known = this.#moments.get(name)
    if (known) return known
    const fresh = { m: new Float32Array(length), v: new Float32Array(length) }
    this.#moments.set(name, fresh)
    return fresh
  }

  #update(value: Float32Array, gradient: Float32Array, { m, v }: Moments, rate: number, decay: number): void {
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

/** Share of the learning rate at step n of total: linear decay to zero, after a linear warm-up. */
export const scheduleFactor = (
  schedule: "linear" | "constant",
  warmUpSteps: number,
  step: number,
  total: number,
): number => {
  if (step < warmUpSteps) return step / Math.max(1, warmUpSteps)
  return schedule === "constant" ? 1 : Math.max(0, (total - step) / Math.max(1, total - warmUpSteps))
}
