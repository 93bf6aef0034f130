/** Values of an imported network, and the two forms that they have. */
import {
  type Dim,
  exampleRows,
  fromPadded,
  reshape,
  type Tensor,
  type Trace,
  toPadded,
  withRows,
} from "../../../src/plugin/index.ts"

/**
 * A value of the graph. Its tensor has the graph's own shape ("examples" and "length" are axes), or, where these two come
 * first, rows of tokens: then nothing is computed for padding.
 */
export interface Value {
  readonly tensor: Tensor
  readonly shape: readonly Dim[]
}

const FLAT = "examples*length"
export const packed = ({ tensor }: Value): boolean => tensor.rows !== undefined

/** Axes that rows of tokens stand for. */
export const rowAxes = (shape: readonly Dim[]): number =>
  shape[0] === FLAT ? 1 : shape[0] === "examples" && shape[1] === "length" ? 2 : 0

/** With rows of tokens. */
export const tokensOf = (value: Value, { layout }: Trace): Tensor => {
  const { tensor, shape } = value
  if (packed(value)) return tensor
  const axes = rowAxes(shape)
  if (axes === 0) throw new RangeError(`[${shape.join(", ")}] is no state of the tokens`)
  const padded = axes === 2 ? tensor : reshape(tensor, ["examples", "length", ...shape.slice(1)])
  return fromPadded(withRows(padded, exampleRows(layout)))
}

/** In the shape of the graph, zeros after the last token of each text. */
export const paddedOf = (value: Value): Tensor => {
  const { tensor, shape } = value
  if (!packed(value)) return tensor
  const padded = withRows(toPadded(tensor), undefined)
  return rowAxes(shape) === 1 ? reshape(padded, shape) : padded
}

/** An operand as it meets rows of tokens: with rows itself, or the same at every token. */
export const perToken = (value: Value, shape: readonly Dim[], axes: number, trace: Trace): Tensor | undefined => {
  const own = value.shape
  if (own.length === shape.length && own.slice(0, axes).every((dim, axis) => dim === shape[axis]))
    return tokensOf(value, trace)
  const lead = own.length - (shape.length - axes)
  if (lead <= 0) return value.tensor
  return own.slice(0, lead).every((dim) => dim === 1) ? reshape(value.tensor, own.slice(lead)) : undefined
}
