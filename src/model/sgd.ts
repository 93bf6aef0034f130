/**
 * Gradient descent with momentum mu (Polyak 1964), on typed arrays, as torch.optim.SGD has it:
 *   v = mu v + g + wd theta,  theta <- theta - lr v
 * Only operations that IEEE 754 fixes: the same bytes on every JavaScript engine.
 */
import { kept } from "./adamw.ts"
import type { Optimiser, OptimiserState, ParameterGroup } from "./optimiser.ts"

export class Sgd implements Optimiser {
  readonly #momentum: number
  readonly #v = new Map<string, Float32Array>()

  constructor(momentum = 0) {
    this.#momentum = momentum
  }

  step(
    groups: readonly ParameterGroup[],
    values: ReadonlyMap<string, Float32Array>,
    gradientOf: (name: string) => Float32Array,
    factor: number,
  ): void {
    for (const { names, learningRate, weightDecay } of groups)
      for (const name of names) {
        const [value, gradient] = [values.get(name) as Float32Array, gradientOf(name)]
        const v = kept(this.#v, name, value.length)
        for (let i = 0; i < value.length; i++) {
          v[i] = this.#momentum * v[i] + gradient[i] + weightDecay * value[i]
          value[i] -= learningRate * factor * v[i]
        }
      }
  }

  get state(): OptimiserState {
    return { v: this.#v }
  }

  resume(_updates: number, { v = new Map() }: OptimiserState): void {
    for (const [name, data] of v) this.#v.set(name, data.slice())
  }
}
