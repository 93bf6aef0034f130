/** A program as a graph of ONNX operators. */
import { withBlocks } from "./blocks.ts"
import { Emitter } from "./emitter.ts"
import { fuse } from "./fusion.ts"
import { withHeads } from "./heads.ts"
import { inBuckets } from "./length_buckets.ts"
import type { OnnxGraph, OnnxInitializer, OnnxValue } from "./onnx.ts"
import { operatorOf } from "./operators/table.ts"
import { nameOf, type Program } from "./program.ts"
import { readersOf } from "./readers.ts"
import { type HostTensor, isLeaf, type Tensor } from "./tensor.ts"

/** How a backend wants its graph. */
export interface Emission {
  /** Columns of a block, where products with frozen matrices are to be done in blocks (`blocks.ts`). */
  readonly blocks?: number
}

export const emit = (source: Program, { blocks }: Emission = {}): OnnxGraph => {
  const fused = inBuckets(fuse(withHeads(source)))
  const program = blocks === undefined ? fused : withBlocks(fused, blocks)
  const emitter = new Emitter(readersOf(program.nodes))
  const inputs: OnnxValue[] = []
  const initializers: OnnxInitializer[] = []
  for (const leaf of [...program.inputs, ...program.parameters, ...program.noise]) {
    inputs.push({ name: nameOf(leaf), dtype: leaf.dtype, shape: leaf.shape })
    emitter.bind(leaf, nameOf(leaf))
  }
  for (const node of program.nodes) {
    if (node.op === "weight" || node.op === "constant") {
      const initializer = frozen(node, initializers.length)
      initializers.push(initializer)
      emitter.bind(node, initializer.name)
    } else if (!isLeaf(node))
      emitter.bind(
        node,
        operatorOf(node.op).emit(
          emitter,
          node.inputs.map((x) => emitter.nameOf(x)),
          node,
        ),
      )
  }
  const taken = new Set<string>()
  const outputs = Object.entries(program.outputs).map(([as, node]) => {
    const known = emitter.nameOf(node)
    const name =
      isLeaf(node) || taken.has(known) || inputs.some((x) => x.name === known)
        ? emitter.add("Identity", [known])
        : known
    taken.add(name)
    return { as, name, dtype: node.dtype, shape: node.shape }
  })
  return {
    inputs,
    outputs,
    initializers: [...initializers, ...emitter.initializers],
    nodes: emitter.nodes,
    opset: 21,
    microsoftOpset: 1,
  }
}

const frozen = (node: Tensor, index: number): OnnxInitializer => {
  const shape = node.shape as readonly number[]
  const dtype = node.dtype === "int" ? "int" : "float"
  if (node.op === "weight") {
    const host = node.attributes.host as HostTensor
    return {
      name: nameOf(node),
      dtype,
      shape,
      get data() {
        return host.data
      },
      ...(node.attributes.backbone ? { backbone: true } : {}),
      ...(node.attributes.derived ? { derived: true } : {}),
    }
  }
  const values = node.attributes.values as number[]
  return {
    name: `/literal_${index}`,
    dtype,
    shape,
    data: dtype === "int" ? BigInt64Array.from(values, BigInt) : Float32Array.from(values),
  }
}
