/** Weighted sums of module-stacked parameters: mixture(g, W) = sum_n g_n W_n, one for each example or token. */
import { type Dim, showShape, sizeOf } from "../dimension.ts"
import { ShapeError } from "../errors.ts"
import { apply, type Operator } from "../operator.ts"
import type { Tensor } from "../tensor.ts"
import { matmul } from "./product.ts"
import { reshape } from "./reshaping.ts"

export const mixtureOperator: Operator = {
  name: "mixture",
  shape: ([gates, stack]) => {
    const modules = gates.shape[gates.shape.length - 1]
    if (gates.shape.length === 0 || stack.shape[0] !== modules || stack.rows)
      throw new ShapeError(
        "mixture",
        `gates ${showShape(gates.shape)} do not weigh a stack ${showShape(stack.shape)}`,
        "the first axis of the stack is as long as the last of the gates",
      )
    return { shape: [...gates.shape.slice(0, -1), ...stack.shape.slice(1)], dtype: "float" }
  },
  expand: (node) => {
    const [gates, stack] = node.inputs
    const modules = stack.shape[0] as Dim
    const flat = reshape(stack, [modules, sizeOf(stack.shape.slice(1))])
    const rows = reshape(gates, [sizeOf(gates.shape.slice(0, -1)), modules])
    return reshape(matmul(rows, flat), node.shape)
  },
  emit: () => {
    throw new Error("a mixture is expanded before it is emitted")
  },
}

export const mixture = (gates: Tensor, stack: Tensor): Tensor => apply(mixtureOperator, [gates, stack])
