/**
 * Adafactor (Shazeer and Stern 2018, arXiv 1804.04235) with a learning rate from outside, as Hugging Face's trainer uses
 * it: no relative step, no scaling by the size of the parameter, no first moment. At update t, with b = 1 - t^-0.8,
 *   matrices   R = b R + (1-b) mean over columns of (G^2 + e),  C = b C + (1-b) mean over rows of (G^2 + e),
 *              U = G / sqrt(R C / mean R)
 *   vectors    V = b V + (1-b) (G^2 + e),  U = G / sqrt(V)
 *   theta <- theta (1 - lr wd) - lr U / max(1, RMS(U))
 * An array of more axes holds matrices along its last two. The scaled variant would not move what starts at zero, such as
 * LoRA's B and a new head. Only operations that IEEE 754 fixes.
 */
import { exact } from "../tensor/index.ts"
import { kept } from "./adamw.ts"
import type { Optimiser, OptimiserState, ParameterGroup } from "./optimiser.ts"

const DECAY = -0.8
const EPSILON = 1e-30

export class Adafactor implements Optimiser {
  readonly #shapes: ReadonlyMap<string, readonly number[]>
  readonly #rows = new Map<string, Float32Array>()
  readonly #columns = new Map<string, Float32Array>()
  readonly #squares = new Map<string, Float32Array>()
  #updates = 0

  /** Shapes by parameter. */
  constructor(shapes: ReadonlyMap<string, readonly number[]>) {
    this.#shapes = shapes
  }

  step(
    groups: readonly ParameterGroup[],
    values: ReadonlyMap<string, Float32Array>,
    gradientOf: (name: string) => Float32Array,
    factor: number,
  ): void {
    const fresh = exact.power(++this.#updates, DECAY)
    for (const { names, learningRate, weightDecay } of groups)
      for (const name of names) {
        const value = values.get(name) as Float32Array
        const direction = this.#direction(name, gradientOf(name), fresh)
        const rate = learningRate * factor
        const size = rate / Math.max(1, rootMeanSquare(direction))
        for (let i = 0; i < value.length; i++) value[i] = value[i] * (1 - rate * weightDecay) - size * direction[i]
      }
  }

  get state(): OptimiserState {
    return { rows: this.#rows, columns: this.#columns, squares: this.#squares }
  }

  resume(updates: number, { rows = new Map(), columns = new Map(), squares = new Map() }: OptimiserState): void {
    this.#updates = updates
    for (const [name, data] of rows) this.#rows.set(name, data.slice())
    for (const [name, data] of columns) this.#columns.set(name, data.slice())
    for (const [name, data] of squares) this.#squares.set(name, data.slice())
  }

  /** U, before it is clipped; `fresh` is 1 - b. */
  #direction(name: string, gradient: Float32Array, fresh: number): Float64Array {
    const shape = this.#shapes.get(name) ?? []
    if (shape.length < 2) {
      const squares = kept(this.#squares, name, gradient.length)
      return Float64Array.from(gradient, (g, i) => {
        squares[i] = (1 - fresh) * squares[i] + fresh * (g * g + EPSILON)
        return g / Math.sqrt(squares[i])
      })
    }
    const [height, width] = shape.slice(-2)
    const matrices = gradient.length / (height * width)
    const rows = kept(this.#rows, name, matrices * height)
    const columns = kept(this.#columns, name, matrices * width)
    const direction = new Float64Array(gradient.length)
    for (let k = 0; k < matrices; k++)
      factored(
        gradient.subarray(k * height * width, (k + 1) * height * width),
        rows.subarray(k * height, (k + 1) * height),
        columns.subarray(k * width, (k + 1) * width),
        fresh,
        direction.subarray(k * height * width, (k + 1) * height * width),
      )
    return direction
  }
}

/** U of one matrix, whose rows are as long as `columns`. */
const factored = (
  gradient: Float32Array,
  rows: Float32Array,
  columns: Float32Array,
  fresh: number,
  direction: Float64Array,
): void => {
  const [height, width] = [rows.length, columns.length]
  const along = new Float64Array(height)
  const across = new Float64Array(width)
  for (let r = 0; r < height; r++)
    for (let c = 0; c < width; c++) {
      const g = gradient[r * width + c]
      const square = g * g + EPSILON
      along[r] += square / width
      across[c] += square / height
    }
  for (let r = 0; r < height; r++) rows[r] = (1 - fresh) * rows[r] + fresh * along[r]
  for (let c = 0; c < width; c++) columns[c] = (1 - fresh) * columns[c] + fresh * across[c]
  let mean = 0
  for (let r = 0; r < height; r++) mean += rows[r] / height
  for (let r = 0; r < height; r++)
    for (let c = 0; c < width; c++) {
      const at = r * width + c
      direction[at] = gradient[at] / (Math.sqrt(rows[r] / mean) * Math.sqrt(columns[c]))
    }
}

const rootMeanSquare = (x: Float64Array): number => {
  let squares = 0
  for (const value of x) squares += value * value
  return Math.sqrt(squares / x.length)
}
