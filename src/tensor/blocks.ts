/**
 * Wide layers in blocks of rows. A feed-forward layer widens the state of each token, bends it, and narrows it again, and its
 * gradient does so once more. Token by token these are independent: all of it is done for a block of tokens at a time, small
 * enough that the passes over wide values find them in the processor's cache. What the gradient keeps of a block is made
 * with the block. Values stay the same.
 */
import type { Dim } from "./dimension.ts"
import { after, type Block, blockDim, blockOf, joined } from "./operators/blocks.ts"
import { type Program, program } from "./program.ts"
import type { Tensor } from "./tensor.ts"
import { type WideLayer, wideLayersOf } from "./wide_layers.ts"

/** 256 rows of 1536 numbers are 1.5 MB. With fewer rows matrix products get slower. */
const BLOCKS: readonly Block[] = Array.from({ length: 8 }, (_, index) => ({ index, count: 8, rows: 256 }))

/** Layers that keep nothing for a gradient stay whole: few passes are made over their values. */
export const inBlocks = (source: Program): Program => {
  const layers = wideLayersOf(source).filter(({ kept }) => kept.size > 0)
  if (layers.length === 0) return source
  const layerOf = new Map(layers.flatMap((layer) => [...layer.wide, ...layer.ends].map((x) => [x, layer] as const)))
  const wholes = new Map<Tensor, Tensor>()
  const parts = BLOCKS.map(() => new Map<Tensor, Tensor>())

  const whole = (x: Tensor): Tensor => {
    const known = wholes.get(x)
    if (known) return known
    const layer = layerOf.get(x)
    const made = layer
      ? joined(
          BLOCKS.map((block) => end(x, layer, block)),
          x.shape[0],
        )
      : again(x, x.inputs.map(whole))
    wholes.set(x, made)
    return made
  }
  /** The rows of a block of what a layer reads or holds. */
  const part = (x: Tensor, block: Block, rows: Dim): Tensor => {
    const known = parts[block.index].get(x)
    if (known) return known
    const cut = () => (x.shape[0] === rows ? blockOf(whole(x), block) : whole(x))
    const made = layerOf.get(x)?.wide.has(x)
      ? rowsOf(
          x,
          block,
          x.inputs.map((y) => part(y, block, rows)),
        )
      : cut()
    parts[block.index].set(x, made)
    return made
  }
  const end = (x: Tensor, { kept, late }: WideLayer, block: Block): Tensor => {
    const [operand, ...others] = x.inputs.map((y) => part(y, block, x.shape[0]))
    const keeps = late.has(x.inputs[0]) ? [] : [...kept].filter((one) => one !== x.inputs[0])
    return rowsOf(x, block, [keeps.reduce((y, one) => after(y, part(one, block, x.shape[0])), operand), ...others])
  }

  for (const node of source.nodes) if (!layerOf.get(node)?.wide.has(node)) whole(node)
  return program(Object.fromEntries(Object.entries(source.outputs).map(([name, x]) => [name, whole(x)])))
}

const again = (x: Tensor, inputs: readonly Tensor[]): Tensor =>
  inputs.every((y, i) => y === x.inputs[i]) ? x : { ...x, inputs }

const rowsOf = (x: Tensor, block: Block, inputs: readonly Tensor[]): Tensor => ({
  ...x,
  inputs,
  shape: x.shape.with(0, blockDim(x.shape[0], block)),
})
