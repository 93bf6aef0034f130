/** A graph of ONNX operators as plain data; a backend encodes it. */
import type { Shape } from "./dimension.ts"
import type { DType, HostTensor } from "./tensor.ts"

/** Domain of what is in blocks of columns; onnxruntime puts it into graphs itself where it optimises convolutions. */
export const BLOCKS_DOMAIN = "com.microsoft.nchwc"

export type OnnxAttribute =
  | { readonly type: "int"; readonly value: number }
  | { readonly type: "float"; readonly value: number }
  | { readonly type: "text"; readonly value: string }
  | { readonly type: "ints"; readonly value: readonly number[] }

export interface OnnxNode {
  readonly opType: string
  /** Empty for the standard operators, else "com.microsoft" or that of blocks. */
  readonly domain: string
  readonly name: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Readonly<Record<string, OnnxAttribute>>
}

/** A named input or output; symbolic dimensions become `dim_param`. */
export interface OnnxValue {
  readonly name: string
  readonly dtype: DType
  readonly shape: Shape
}

export interface OnnxInitializer {
  readonly name: string
  readonly dtype: "float" | "int" | "uint8" | "int8"
  readonly shape: readonly number[]
  readonly data: HostTensor["data"] | Int8Array
  /** `data` is made anew at each look, and nobody else's. */
  readonly derived?: boolean
  /** A frozen weight of a backbone, which a backend may hold in fewer bits where it is told to. */
  readonly backbone?: boolean
}

export interface OnnxGraph {
  readonly inputs: readonly OnnxValue[]
  /** Each output under the program's name for it (`as`) and the graph's (`name`). */
  readonly outputs: readonly (OnnxValue & { readonly as: string })[]
  readonly initializers: readonly OnnxInitializer[]
  readonly nodes: readonly OnnxNode[]
  /** Version of the standard operator set, and of com.microsoft. */
  readonly opset: number
  readonly microsoftOpset: number
}

export const int = (value: number): OnnxAttribute => ({ type: "int", value })
export const float = (value: number): OnnxAttribute => ({ type: "float", value })
export const text = (value: string): OnnxAttribute => ({ type: "text", value })
export const ints = (value: readonly number[]): OnnxAttribute => ({ type: "ints", value })
