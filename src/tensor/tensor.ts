/** A symbolic tensor is an immutable node of a graph: an operator, what it reads, and the shape of what it gives. */
import type { Shape } from "./dimension.ts"

/** `float` is float32 in onnxruntime and float64 in the reference backend; `int` is int64. */
export type DType = "float" | "int" | "bool"

export interface Tensor {
  readonly op: string
  readonly inputs: readonly Tensor[]
  readonly attributes: Readonly<Record<string, unknown>>
  /** The physical shape, hidden axis included. */
  readonly shape: Shape
  readonly dtype: DType
  /** Says that the first physical axis runs over tokens or examples of a packed batch; absent for parameters and constants. */
  readonly rows?: Rows
}

/** A tensor with numbers, as fed and returned. */
export interface HostTensor {
  readonly shape: readonly number[]
  readonly data: Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array
}

/** Which token belongs to which example; graph inputs, fed with every batch. */
export interface Layout {
  /** int [tokens]: the example of each token. */
  readonly segment: Tensor
  /** int [examples, length]: the token at each padded position; the number of tokens where there is none. */
  readonly pad: Tensor
  /** int [tokens]: index of each token in the flattened [examples * length]. */
  readonly unpad: Tensor
  /** float [examples, length]: 1 where there is a token, else 0. */
  readonly mask: Tensor
  /** float [examples, tokens]: 1/n at the n tokens of an example, else 0. */
  readonly mean: Tensor
  /** float [examples, tokens]: positive at the tokens of an example, else 0; absent where `mean` says the same. */
  readonly member?: Tensor
  /** int [examples]: the first token of each example. */
  readonly first: Tensor
  /** int [examples]: the last token of each example. */
  readonly last: Tensor
}

export interface Rows {
  readonly of: "tokens" | "examples"
  readonly layout: Layout
}

const leaves: ReadonlySet<string> = new Set(["input", "parameter", "weight", "uniform", "constant"])

/** True for what reads no other tensor because it is fed, frozen, drawn or written down. */
export const isLeaf = (x: Tensor): boolean => leaves.has(x.op)
