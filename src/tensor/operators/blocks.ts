/**
 * Values [rows, width] in blocks of columns: as onnxruntime lays images out for its convolutions (NCHWc), with rows as pixels and
 * columns as channels. A product with a frozen matrix is then a convolution over single pixels.
 */
import type { Shape } from "../dimension.ts"
import { BLOCKS_DOMAIN, int, ints } from "../onnx.ts"
import { apply, type Operator } from "../operator.ts"
import type { Tensor } from "../tensor.ts"

/** How the blocks of [rows, width] are written: the columns of a block for all rows, then those of the next. */
export const blockedShape = ([rows, width]: Shape): Shape => [1, width, rows, 1]

export const toBlocksOperator: Operator = {
  name: "toBlocks",
  shape: ([x]) => ({ shape: blockedShape(x.shape), dtype: x.dtype }),
  emit: (emitter, [x], node) => {
    const image = emitter.add("Reshape", [x, emitter.ints([1, -1, 1, node.shape[1] as number])])
    return emitter.add("ReorderInput", [image], { channels_last: int(1) }, BLOCKS_DOMAIN)
  },
}
export const toBlocks = (x: Tensor): Tensor => apply(toBlocksOperator, [x])

export const fromBlocksOperator: Operator = {
  name: "fromBlocks",
  shape: ([x]) => ({ shape: [x.shape[2], x.shape[1]], dtype: x.dtype }),
  emit: (emitter, [x], node) => {
    const width = node.shape[1] as number
    const image = emitter.add("ReorderOutput", [x], { channels: int(width), channels_last: int(1) }, BLOCKS_DOMAIN)
    return emitter.add("Reshape", [image, emitter.ints([-1, width])])
  },
}
export const fromBlocks = (x: Tensor): Tensor => apply(fromBlocksOperator, [x])

/** x W + b with x and the result in blocks, and W [out, in, 1, 1] as [out / size, in, size]. */
export const blockedProductOperator: Operator = {
  name: "blockedProduct",
  shape: ([x, W]) => ({ shape: [1, W.shape[0], x.shape[2], 1], dtype: x.dtype }),
  emit: (emitter, inputs) => emitter.add("Conv", inputs, { kernel_shape: ints([1, 1]) }, BLOCKS_DOMAIN),
}
export const blockedProduct = (x: Tensor, W: Tensor, bias?: Tensor): Tensor =>
  apply(blockedProductOperator, bias ? [x, W, bias] : [x, W])
