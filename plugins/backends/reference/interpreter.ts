/** Computes a program node by node. */
import { type HostTensor, isLeaf, nameOf, type Program, type Tensor, valueOf } from "../../../src/plugin/index.ts"
import { elementwise } from "./kernels/elementwise.ts"
import { indexing } from "./kernels/indexing.ts"
import { movement } from "./kernels/movement.ts"
import { normalization } from "./kernels/normalization.ts"
import { product } from "./kernels/product.ts"
import { reduction } from "./kernels/reduction.ts"
import { fromHost, type Kernels, toHost, type Value } from "./value.ts"

/** One kernel for each operator of the language. */
export const kernels: Kernels = { ...elementwise, ...reduction, ...movement, ...product, ...normalization, ...indexing }

export const interpret = (
  program: Program,
  feeds: Readonly<Record<string, HostTensor>>,
): Record<string, HostTensor> => {
  const dims = new Map<string, number>()
  const values = new Map<Tensor, Value>()
  for (const leaf of [...program.inputs, ...program.parameters, ...program.noise]) {
    const host = feeds[nameOf(leaf)]
    if (host === undefined) throw new RangeError(`"${nameOf(leaf)}" is not fed`)
    bind(leaf, host, dims)
    values.set(leaf, fromHost(host))
  }
  for (const node of program.nodes) if (!values.has(node)) values.set(node, compute(node, values, dims))
  return Object.fromEntries(
    Object.entries(program.outputs).map(([name, node]) => [name, toHost(values.get(node) as Value, node.dtype)]),
  )
}

/** Checks a fed shape, and learns the symbolic dimensions from it. */
const bind = (leaf: Tensor, host: HostTensor, dims: Map<string, number>): void => {
  const wrong = () =>
    new RangeError(
      `"${nameOf(leaf)}" is fed with shape [${host.shape.join(", ")}], but it is [${leaf.shape.map((dim) => `${dim}${dims.has(`${dim}`) ? ` = ${dims.get(`${dim}`)}` : ""}`).join(", ")}]`,
    )
  if (host.shape.length !== leaf.shape.length) throw wrong()
  leaf.shape.forEach((dim, axis) => {
    const size = host.shape[axis]
    if (typeof dim === "string" && !dims.has(dim)) dims.set(dim, size)
    if ((typeof dim === "string" ? dims.get(dim) : dim) !== size) throw wrong()
  })
}

const compute = (node: Tensor, values: ReadonlyMap<Tensor, Value>, dims: ReadonlyMap<string, number>): Value => {
  if (isLeaf(node))
    return node.op === "weight"
      ? fromHost(node.attributes.host as HostTensor)
      : { shape: node.shape as number[], data: Float64Array.from(node.attributes.values as number[]) }
  const kernel = kernels[node.op]
  if (kernel === undefined) throw new Error(`backend reference: there is no kernel for \`${node.op}\``)
  const shape = node.shape.map((dim) => valueOf(dim, dims))
  const inputs = node.inputs.map((x) => values.get(x) as Value)
  return { shape, data: kernel({ inputs, attributes: node.attributes, shape, dim: (dim) => valueOf(dim, dims) }) }
}
