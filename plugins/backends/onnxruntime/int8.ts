/**
 * Frozen matrices W [in, out] as 8-bit integers, each column with a scale of its own; what they multiply is rounded too,
 * each row between its own least and largest number, so that no text depends on the texts beside it:
 *   W_kn = s_n q_kn, s_n = max_k |W_kn| / 127        x_tk = m_t + r_t / 127 u_tk, m_t = min_k x_tk, r_t = max_k x_tk - m_t
 *   x W = r_t / 127 s_n sum_k u_tk q_kn + m_t c_n,   c_n = s_n sum_k q_kn
 * Products with W the other way round, as gradients are, and all other readers see s_n q_kn in float32.
 * u has seven bits, since processors without VNNI add two products of bytes in 16 bits: 2 * 127 * 127 < 2^15. So the
 * integers are the same on every processor.
 */
import type { OnnxGraph, OnnxInitializer, OnnxNode } from "../../../src/plugin/index.ts"

const LEVELS = 127

interface Rounded {
  readonly levels: Int8Array
  readonly scales: Float32Array
  /** c: the sum of each column as rounded. */
  readonly sums: Float32Array
  readonly values: Float32Array
}

/** Rounded once, however many programs hold the matrix. */
const known = new WeakMap<object, Rounded>()

const rounded = ({ data, shape }: OnnxInitializer): Rounded => {
  const found = known.get(data)
  if (found) return found
  const [rows, columns] = shape
  const scales = new Float32Array(columns)
  for (let k = 0, i = 0; k < rows; k++)
    for (let n = 0; n < columns; n++, i++) scales[n] = Math.max(scales[n], Math.abs(Number(data[i])) / LEVELS)
  const levels = new Int8Array(data.length)
  const values = new Float32Array(data.length)
  const sums = new Float32Array(columns)
  for (let k = 0, i = 0; k < rows; k++)
    for (let n = 0; n < columns; n++, i++) {
      const level = scales[n] === 0 ? 0 : Math.round(Number(data[i]) / scales[n])
      levels[i] = level
      values[i] = level * scales[n]
      sums[n] += values[i]
    }
  const result = { levels, scales, sums, values }
  known.set(data, result)
  return result
}

/** The graph with its products by frozen matrices of the backbone as integer products. */
export const withInt8Weights = (graph: OnnxGraph): OnnxGraph => {
  const chosen = graph.initializers.filter((one) => isMatrix(one) && readersOf(one, graph).some(isProduct(one)))
  if (chosen.length === 0) return graph
  const products = new Map(chosen.map((one) => [one.name, one]))
  const inputs = new Map<string, RowsRounded>()
  const nodes = graph.nodes.flatMap((node): readonly OnnxNode[] => {
    const matrix = products.get(node.inputs[1])
    if (!matrix || !isProduct(matrix)(node)) return [node]
    const known = inputs.get(node.inputs[0])
    const x = known ?? roundedRows(node.inputs[0])
    inputs.set(node.inputs[0], x)
    return [...(known ? [] : x.nodes), ...integerProduct(node, x)]
  })
  const left = new Set([...nodes.flatMap((node) => node.inputs), ...graph.outputs.map(({ name }) => name)])
  const initializers = graph.initializers.flatMap((one): readonly OnnxInitializer[] => {
    if (!products.has(one.name)) return [one]
    const { levels, scales, sums, values } = rounded(one)
    return [
      { name: `${one.name}/levels`, dtype: "int8", shape: one.shape, data: levels },
      { name: `${one.name}/scales`, dtype: "float", shape: [one.shape[1]], data: scales },
      { name: `${one.name}/sums`, dtype: "float", shape: [1, one.shape[1]], data: sums },
      ...(left.has(one.name) ? [{ ...one, data: values }] : []),
    ]
  })
  const steps = [...new Set(nodes.flatMap(({ inputs }) => inputs).filter((name) => name.startsWith(STEP)))]
  return { ...graph, nodes, initializers: [...initializers, ...constants, ...steps.map(stepConstant)] }
}

const isMatrix = ({ dtype, shape, backbone }: OnnxInitializer): boolean =>
  backbone === true && dtype === "float" && shape.length === 2

const readersOf = ({ name }: OnnxInitializer, { nodes }: OnnxGraph): readonly OnnxNode[] =>
  nodes.filter(({ inputs }) => inputs.includes(name))

/** c x W, neither turned: the product that is done in integers. */
const isProduct =
  ({ name }: OnnxInitializer) =>
  ({ opType, inputs, attributes: { transA, transB } }: OnnxNode): boolean =>
    ["MatMul", "FusedMatMul", "Gemm"].includes(opType) &&
    inputs[1] === name &&
    inputs[0] !== name &&
    !(transA?.value || transB?.value)

interface RowsRounded {
  readonly nodes: readonly OnnxNode[]
  readonly levels: string
  /** r and m, [.., 1]. */
  readonly reach: string
  readonly least: string
}

const constants: readonly OnnxInitializer[] = [
  { name: "/int8/last", dtype: "int", shape: [1], data: BigInt64Array.of(-1n) },
  { name: "/int8/tiny", dtype: "float", shape: [], data: Float32Array.of(1e-30) },
  { name: "/int8/zero", dtype: "uint8", shape: [], data: Uint8Array.of(0) },
]

/** c / 127 for a product with the factor c; what rows are rounded by has the factor 1. */
const STEP = "/int8/step/"
const stepFor = (factor: number): string => `${STEP}${factor}`
const stepConstant = (name: string): OnnxInitializer => ({
  name,
  dtype: "float",
  shape: [],
  data: Float32Array.of(Number(name.slice(STEP.length)) / LEVELS),
})

const node = (
  opType: string,
  inputs: readonly string[],
  output: string,
  attributes: OnnxNode["attributes"] = {},
  domain = "",
): OnnxNode => ({ opType, domain, name: output, inputs, outputs: [output], attributes })

const roundedRows = (x: string): RowsRounded => {
  const part = (name: string) => `${x}/int8/${name}`
  const keep = { keepdims: { type: "int", value: 1 } } as const
  return {
    levels: part("levels"),
    reach: part("reach"),
    least: part("least"),
    nodes: [
      node("ReduceMax", [x, "/int8/last"], part("most"), keep),
      node("ReduceMin", [x, "/int8/last"], part("least"), keep),
      node("Sub", [part("most"), part("least")], part("range")),
      node("Max", [part("range"), "/int8/tiny"], part("reach")),
      node("Sub", [x, part("least")], part("above")),
      node("Div", [part("above"), part("reach")], part("share")),
      node("QuantizeLinear", [part("share"), stepFor(1), "/int8/zero"], part("levels")),
    ],
  }
}

/** The nodes that stand for a product, the output of the last one named as before. */
const integerProduct = (
  { inputs, outputs, attributes }: OnnxNode,
  { levels, reach, least }: RowsRounded,
): readonly OnnxNode[] => {
  const [, matrix, addend] = inputs
  const [output] = outputs
  const part = (name: string) => `${output}/int8/${name}`
  const product = addend === undefined ? output : part("product")
  const alpha = attributes.alpha ?? { type: "float", value: 1 }
  const operands = [levels, `${matrix}/levels`, stepFor(alpha.value as number), `${matrix}/scales`, "/int8/zero"]
  return [
    node("MatMulIntegerToFloat", operands, part("sum"), {}, "com.microsoft"),
    node("Mul", [part("sum"), reach], part("scaled")),
    node("Gemm", [least, `${matrix}/sums`, part("scaled")], product, { alpha }),
    ...(addend === undefined ? [] : [node("Add", [product, addend], output)]),
  ]
}
