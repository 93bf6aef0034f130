/** Matrix products of the last two axes; the axes before them are batches and broadcast. */
import { broadcastShapes, type Dim, type Shape, showShape, sizeOf } from "../dimension.ts"
import { ShapeError } from "../errors.ts"
import { float, int, ints } from "../onnx.ts"
import { apply, type Operator } from "../operator.ts"
import type { Tensor } from "../tensor.ts"
import { sumTo } from "./broadcasting.ts"
import { reshape, swapLast } from "./reshaping.ts"

export interface Transposed {
  readonly transposeA?: boolean
  readonly transposeB?: boolean
}

interface Attributes extends Required<Transposed> {
  readonly alpha: number
}

const matrix = (shape: Shape, transposed: boolean): readonly [Dim, Dim] => {
  const [rows, columns] = shape.slice(-2)
  return transposed ? [columns, rows] : [rows, columns]
}

export const matmulOperator: Operator = {
  name: "matmul",
  shape: ([a, b], attributes) => {
    const { transposeA, transposeB } = attributes as Attributes
    if (a.shape.length < 2 || b.shape.length < 2)
      throw new ShapeError("matmul", `${showShape(a.shape)} x ${showShape(b.shape)} is not a product of matrices`)
    const [m, k] = matrix(a.shape, transposeA)
    const [k2, n] = matrix(b.shape, transposeB)
    const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2))
    if (k !== k2 || batch === undefined)
      throw new ShapeError(
        "matmul",
        `${showShape(a.shape)}${transposeA ? " (transposed)" : ""} x ${showShape(b.shape)}${transposeB ? " (transposed)" : ""} do not fit`,
        "the columns of the first must be the rows of the second",
      )
    return { shape: [...batch, m, n], dtype: "float" }
  },
  gradient: ({ node, gradient: g, wanted }) => {
    const [a, b] = node.inputs
    const { transposeA, transposeB, alpha } = node.attributes as unknown as Attributes
    const product = (x: Tensor, y: Tensor, tx: boolean, ty: boolean) =>
      matmul(x, y, { transposeA: tx, transposeB: ty }, alpha)
    const da = () => (transposeA ? product(b, g, transposeB, true) : product(g, b, false, !transposeB))
    const db = () => {
      if (b.shape.length === 2 && a.shape.length > 2 && !transposeA) {
        const [x, y] = [flat(a), flat(g)]
        return transposeB ? product(y, x, true, false) : product(x, y, true, false)
      }
      if (transposeB) return product(g, a, true, transposeA)
      const turned = g.op === "transpose" && a.op !== "transpose" && !transposeA
      return turned ? swapLast(product(swapLast(g), a, false, false)) : product(a, g, !transposeA, false)
    }
    return [wanted[0] ? sumTo(da(), a.shape) : undefined, wanted[1] ? sumTo(db(), b.shape) : undefined]
  },
  emit: (emitter, inputs, node) => {
    const { transposeA, transposeB, alpha } = node.attributes as unknown as Attributes
    if (!transposeA && !transposeB && alpha === 1) return emitter.add("MatMul", inputs)
    if (isNarrow(node)) {
      const turned = emitter.addMicrosoft("FusedMatMul", [...inputs].reverse(), {
        transA: int(1),
        transB: int(0),
        alpha: float(alpha),
      })
      const rank = node.shape.length
      const swapped = Array.from({ length: rank }, (_, i) => (i < rank - 2 ? i : 2 * rank - 3 - i))
      return emitter.add("Transpose", [turned], { perm: ints(swapped) })
    }
    return emitter.addMicrosoft("FusedMatMul", inputs, {
      transA: int(transposeA ? 1 : 0),
      transB: int(transposeB ? 1 : 0),
      alpha: float(alpha),
    })
  },
}

/** a^T b with few columns in each of many products, which is quicker done as (b^T a)^T. */
const isNarrow = ({ shape, attributes: { transposeA, transposeB } }: Tensor): boolean =>
  transposeA === true && !transposeB && shape.length > 2 && Number(shape[shape.length - 1]) <= 16

/** A product of two matrices plus a matrix or a row; made of a product and a sum when a program is emitted. */
export const gemmOperator: Operator = {
  name: "gemm",
  shape: ([a, b], attributes) => matmulOperator.shape([a, b], attributes),
  emit: (emitter, inputs, node) => {
    const { transposeA, transposeB, alpha } = node.attributes as unknown as Attributes
    return emitter.add("Gemm", inputs, {
      transA: int(transposeA ? 1 : 0),
      transB: int(transposeB ? 1 : 0),
      alpha: float(alpha),
    })
  },
}
export const gemm = (product: Tensor, addend: Tensor): Tensor =>
  apply(gemmOperator, [...product.inputs, addend], product.attributes)

/** All batch axes and rows as one axis of rows. */
const flat = (x: Tensor): Tensor => reshape(x, [sizeOf(x.shape.slice(0, -1)), x.shape[x.shape.length - 1]])

/**
 * alpha a b. Scales of the operands, and transposes of their last two axes, are taken into the product. A transposed
 * first operand is slow to multiply, so where it is itself a transpose, the two are made one beforehand.
 */
export const matmul = (a: Tensor, b: Tensor, options: Transposed = {}, alpha = 1): Tensor => {
  const { transposeA = false, transposeB = false } = options
  if (a.op === "scale") return matmul(a.inputs[0], b, options, alpha * (a.attributes.factor as number))
  if (b.op === "scale") return matmul(a, b.inputs[0], options, alpha * (b.attributes.factor as number))
  if (swapsLast(a)) return matmul(a.inputs[0], b, { transposeA: !transposeA, transposeB }, alpha)
  if (swapsLast(b)) return matmul(a, b.inputs[0], { transposeA, transposeB: !transposeB }, alpha)
  if (transposeA && a.op === "transpose") return matmul(swapLast(a), b, { transposeA: false, transposeB }, alpha)
  if (a.shape.length > 2 && b.shape.length === 2 && !transposeA) {
    const rows = apply(matmulOperator, [flat(a), b], { transposeA, transposeB, alpha })
    return reshape(rows, [...a.shape.slice(0, -1), rows.shape[1]])
  }
  return apply(matmulOperator, [a, b], { transposeA, transposeB, alpha })
}

const swapsLast = (x: Tensor): boolean => {
  if (x.op !== "transpose") return false
  const permutation = x.attributes.permutation as number[]
  const n = permutation.length
  return permutation.every((axis, i) => axis === (i === n - 1 ? n - 2 : i === n - 2 ? n - 1 : i))
}
