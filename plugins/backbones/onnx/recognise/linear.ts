/** Linear layers: a product with a constant matrix and the sum with a constant vector, or a Gemm. Node `Linear`: x, [in, out], [out]. */
import { DataError } from "../../../../src/plugin/index.ts"
import type { Draft } from "../draft.ts"
import { computed } from "../kernels/index.ts"
import { numberOf } from "../kernels/kernel.ts"
import type { Node } from "../read.ts"

export const withLinears = (draft: Draft): Draft => {
  const fused = new Set<Node>()
  const nodes = draft.nodes.flatMap((node): readonly Node[] => {
    if (fused.has(node)) return []
    const linear = node.op === "Gemm" ? gemm(draft, node) : product(draft, node)
    if (!linear) return [node]
    const sum = linear.inputs.length === 2 ? biasOf(draft, linear) : undefined
    if (!sum) return [linear]
    fused.add(sum.node)
    return [{ ...linear, inputs: [...linear.inputs, sum.bias], outputs: sum.node.outputs }]
  })
  return lifted(draft.with(nodes))
}

/** A layer between [examples * length, ..] and back is one on [examples, length, ..]. */
const lifted = (draft: Draft): Draft => {
  const state = (value: string) => draft.dims(value).slice(0, -1).join() === "examples,length"
  const made = new Map<Node, Node>()
  const nodes = draft.nodes.map((node) => {
    if (node.op !== "Linear") return node
    const flat = draft.maker(node.inputs[0])
    const [back, ...others] = draft.readers(node.outputs[0])
    const fits = flat?.op === "Reshape" && back?.op === "Reshape" && others.length === 0
    if (!fits || !state(flat.inputs[0]) || !state(back.outputs[0])) return node
    const one = { ...node, inputs: [flat.inputs[0], ...node.inputs.slice(1)], outputs: back.outputs }
    made.set(back, one)
    return one
  })
  return draft.with(nodes.filter((node) => !made.has(node)))
}

const product = (draft: Draft, node: Node): Node | undefined => {
  const [x, weight] = node.inputs
  const fits =
    node.op === "MatMul" && !draft.known(x) && draft.known(weight)?.fixed && draft.constant(weight)?.shape.length === 2
  return fits ? { ...node, op: "Linear", attributes: {} } : undefined
}

const gemm = (draft: Draft, node: Node): Node | undefined => {
  const [x, weight, bias] = node.inputs
  const { alpha, beta, transA, transB } = node.attributes
  const constant = draft.known(x) ? undefined : draft.constant(weight)
  if (!constant || transA === 1 || numberOf(alpha, 1) !== 1 || numberOf(beta, 1) !== 1)
    throw new DataError(
      `the node ${node.name} (Gemm) is no linear layer: its matrix is not constant, or it is scaled or turned`,
      "export the model with PyTorch's or optimum's exporter",
    )
  if (transB === 1) {
    const [turned] = computed("Transpose", { inputs: [constant], attributes: {}, outputs: 1 })
    draft.add(`${weight}/turned`, turned)
  }
  return {
    ...node,
    op: "Linear",
    inputs: [x, transB === 1 ? `${weight}/turned` : weight, ...(bias ? [bias] : [])],
    attributes: {},
  }
}

/** The only reader of a product, where it adds a vector as wide as the result. */
const biasOf = (
  draft: Draft,
  { inputs, outputs }: Node,
): { readonly node: Node; readonly bias: string } | undefined => {
  const [reader, ...others] = draft.readers(outputs[0])
  if (!reader || others.length > 0 || reader.op !== "Add" || outputs[0] === draft.output) return undefined
  const bias = reader.inputs.find((name) => name !== outputs[0]) as string
  const vector = draft.known(bias)?.fixed ? draft.constant(bias) : undefined
  const width = draft.constant(inputs[1])?.shape[1]
  return vector?.shape.length === 1 && vector.shape[0] === width ? { node: reader, bias } : undefined
}
