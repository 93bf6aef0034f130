/** What one operator is: a shape rule, a gradient rule, and its emission to ONNX. */
import type { Shape } from "./dimension.ts"
import type { Emitter } from "./emitter.ts"
import type { DType, Tensor } from "./tensor.ts"

/** What a gradient rule sees: d loss / d input = rule(d loss / d output). */
export interface Backward {
  /** The node whose inputs want their gradients. */
  readonly node: Tensor
  /** Gradient of the loss with respect to the node's value; same shape as the node. */
  readonly gradient: Tensor
  /** Which inputs want a gradient; a rule may leave the others undefined. */
  readonly wanted: readonly boolean[]
}

export interface Operator {
  readonly name: string
  readonly shape: (
    inputs: readonly Tensor[],
    attributes: Readonly<Record<string, any>>,
  ) => { readonly shape: Shape; readonly dtype: DType }
  /** One gradient for each input, undefined where the input has none. Absent: the operator cannot be differentiated. */
  readonly gradient?: (backward: Backward) => readonly (Tensor | undefined)[]
  /** True where no gradient flows and that is the meaning of the operator. */
  readonly stopsGradient?: boolean
  /** A formula that stands for the node in every program; such an operator is never emitted itself. */
  readonly expand?: (node: Tensor) => Tensor
  /** Emits the node and returns the name of its value. */
  readonly emit: (emitter: Emitter, inputs: readonly string[], node: Tensor) => string
}

/** A node of an operator, on physical shapes. Rows are put on by the layer that authors see. */
export const apply = (
  operator: Operator,
  inputs: readonly Tensor[],
  attributes: Readonly<Record<string, unknown>> = {},
): Tensor => ({
  op: operator.name,
  inputs,
  attributes,
  ...operator.shape(inputs, attributes),
})
