/** Leaves of the graph: what is fed, trained, frozen, drawn or written down. */
import type { Dim, Shape } from "./dimension.ts"
import { ShapeError } from "./errors.ts"
import { physicalShape } from "./rows.ts"
import type { DType, HostTensor, Rows, Tensor } from "./tensor.ts"

const leaf = (op: string, attributes: Record<string, unknown>, shape: Shape, dtype: DType, rows?: Rows): Tensor => ({
  op,
  inputs: [],
  attributes,
  shape,
  dtype,
  ...(rows ? { rows } : {}),
})

/** A value that is fed at every run. With `rows`, the shape may be given physically or as the author sees it. */
export const input = (name: string, shape: Shape, dtype: DType = "float", rows?: Rows): Tensor =>
  leaf("input", { name }, physicalShape(`input "${name}"`, shape, rows), dtype, rows)

/** A trainable value, fed at every run. */
export const parameter = (name: string, shape: Shape): Tensor => leaf("parameter", { name }, shape, "float")

/**
 * A frozen value, part of the compiled program. Two weights of one name must be the same array. `backbone`: one of the
 * backbone's own, which a backend may hold in fewer bits.
 */
export const weight = (name: string, host: HostTensor, { backbone = false } = {}): Tensor => {
  const count = host.shape.reduce((a, b) => a * b, 1)
  if (count !== host.data.length)
    throw new ShapeError(
      `weight "${name}"`,
      `shape [${host.shape.join(", ")}] holds ${count} numbers but ${host.data.length} are given`,
    )
  const dtype = host.data instanceof Int32Array || host.data instanceof BigInt64Array ? "int" : "float"
  return leaf("weight", { name, host, ...(backbone ? { backbone } : {}) }, host.shape, dtype)
}

/** A frozen value that is computed from others, each time that a program is written. */
export const derivedWeight = (name: string, shape: readonly number[], data: () => Float32Array): Tensor => {
  const host: HostTensor = {
    shape,
    get data() {
      return data()
    },
  }
  return leaf("weight", { name, host, derived: true }, shape, "float")
}

/** Uniform noise in (0, 1), filled before each run from the random stream of that name. */
export const uniform = (stream: string, shape: Shape, rows?: Rows): Tensor =>
  leaf("uniform", { name: stream }, physicalShape(`uniform "${stream}"`, shape, rows), "float", rows)

export type Nested = number | readonly Nested[]

/** A number or a nested array of numbers, written into the program. */
export const constant = (value: Nested, dtype: DType = "float"): Tensor => {
  const shape: Dim[] = []
  for (let level: Nested = value; typeof level !== "number"; level = level[0]) {
    shape.push(level.length)
    if (level.length === 0) break
  }
  const values = (
    typeof value === "number" ? [value] : (value as readonly unknown[]).flat(Number.POSITIVE_INFINITY)
  ) as number[]
  if (values.length !== (shape as number[]).reduce((a, b) => a * b, 1))
    throw new ShapeError("constant", "the nested arrays are not of equal length")
  return leaf("constant", { values }, shape, dtype)
}

/** The number that a scalar constant holds, or undefined. */
export const scalarOf = (x: Tensor): number | undefined =>
  x.op === "constant" && x.shape.length === 0 ? (x.attributes.values as number[])[0] : undefined
