/**
 * Gradient accumulation: the gradient of the mean loss over the examples of several batches,
 *   g = sum_k (n_k / n) g_k,   n_k the examples of batch k, n those of all,
 * so that k batches of b examples give what one of k b gives, up to rounding, also where the last one is smaller.
 */
export class Accumulated {
  readonly #examples: number
  readonly #sums = new Map<string, Float64Array>()
  #single?: ReadonlyMap<string, Float32Array>
  loss = 0

  /** `examples`: those of all batches. */
  constructor(examples: number) {
    this.#examples = examples
  }

  add(loss: number, gradients: readonly (readonly [string, Float32Array])[], examples: number): void {
    const share = examples / this.#examples
    this.loss += share * loss
    if (share === 1) this.#single = new Map(gradients)
    else for (const [name, gradient] of gradients) addTo(this.#sum(name, gradient.length), gradient, share)
  }

  /** By parameter. */
  get gradients(): ReadonlyMap<string, Float32Array> {
    return this.#single ?? new Map([...this.#sums].map(([name, sum]) => [name, Float32Array.from(sum)]))
  }

  #sum(name: string, length: number): Float64Array {
    const known = this.#sums.get(name)
    if (known) return known
    const fresh = new Float64Array(length)
    this.#sums.set(name, fresh)
    return fresh
  }
}

const addTo = (sum: Float64Array, gradient: Float32Array, share: number): void => {
  for (let i = 0; i < sum.length; i++) sum[i] += share * gradient[i]
}
