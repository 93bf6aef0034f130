/** Normalisations over the last axis: layer norm and root mean square norm. Node `Norm`: x, gain, bias. */
import { DataError } from "../../../../src/plugin/index.ts"
import { type Draft, evaluatedStretch } from "../draft.ts"
import { computed } from "../kernels/index.ts"
import { axisOf, numberOf } from "../kernels/kernel.ts"
import { type Numbers, numbers } from "../numbers.ts"
import type { Node } from "../read.ts"
import { apart, NEAR, needed, replaced, stretchFrom } from "./stretch.ts"

const PARTS = new Set(["Add", "Cast", "Div", "Mul", "Pow", "Reciprocal", "ReduceMean", "Sqrt", "Sub"])
const WHOLE: Readonly<Record<string, string>> = { LayerNormalization: "layer", RMSNormalization: "rms" }

export const withNorms = (draft: Draft): Draft => {
  const whole = draft.with(draft.nodes.map((node) => (WHOLE[node.op] ? asNorm(draft, node) : node)))
  return whole.nodes
    .filter(({ op }) => op === "ReduceMean")
    .reduce((sofar, mean) => (sofar.nodes.includes(mean) ? folded(sofar, mean) : sofar), whole)
}

const asNorm = (draft: Draft, node: Node): Node => {
  const rank = draft.dims(node.inputs[0]).length
  const { epsilon, axis } = node.attributes
  if (axisOf(numberOf(axis, -1), rank) !== rank - 1)
    throw new DataError(
      `the node ${node.name} (${node.op}) normalises over more axes than the last`,
      "the backbone onnx computes norms over the width of a state",
    )
  return {
    ...node,
    op: "Norm",
    inputs: node.inputs.filter((name) => name !== ""),
    outputs: [node.outputs[0]],
    attributes: { kind: WHOLE[node.op], epsilon: numberOf(epsilon, 1e-5) },
  }
}

const folded = (draft: Draft, mean: Node): Draft => {
  const direct = mean.inputs[0]
  const squared = draft.maker(direct)
  const behind =
    squared && ["Mul", "Pow"].includes(squared.op) ? squared.inputs.filter((name) => !draft.known(name)) : []
  for (const x of [...new Set([...behind, direct])]) {
    const found = normOf(draft, x)
    if (found) return replaced(draft, found)
  }
  return draft
}

/** The last value of what is computed from x that is a norm of x. */
const normOf = (draft: Draft, x: string): Node | undefined => {
  const dims = draft.dims(x)
  const width = dims.at(-1)
  if (typeof width !== "number" || dims.length < 2) return undefined
  const stretch = stretchFrom(draft, x, ({ op }) => PARTS.has(op))
  const rows = rowsOf(width, dims.length)
  const values = evaluatedStretch(draft, stretch, new Map([[x, rows]]))
  for (const { name, outputs } of stretch.toReversed()) {
    const result = values.get(outputs[0]) as Numbers
    if (result.data.length !== rows.data.length) continue
    const within = needed(stretch, outputs[0])
    if (!within.some(({ op }) => op === "ReduceMean")) continue
    const constants = [...new Set(within.flatMap(({ inputs }) => inputs.filter((one) => draft.known(one))))]
    const vectors = constants.filter((one) => draft.constant(one)?.data.length === width)
    const epsilons = constants.flatMap((one) => {
      const value = draft.constant(one) as Numbers
      return value.data.length === 1 && value.data[0] > 0 && value.data[0] < 0.01 ? [value.data[0]] : []
    })
    for (const kind of ["layer", "rms"])
      for (const epsilon of [...epsilons, 0])
        for (const [gain, bias] of pairs(vectors)) {
          const inputs = [
            rows,
            gain === "" ? filled(width, 1) : draft.constant(gain),
            bias === "" ? undefined : draft.constant(bias),
          ]
          const op = kind === "layer" ? "LayerNormalization" : "RMSNormalization"
          const [expected] = computed(op, { inputs, attributes: { epsilon }, outputs: 1 })
          const fits = apart(result.data, expected.data) < NEAR && !(kind === "rms" && bias !== "")
          if (fits && gain !== "")
            return {
              op: "Norm",
              name,
              inputs: bias === "" ? [x, gain] : [x, gain, bias],
              outputs,
              attributes: { kind, epsilon },
            }
        }
  }
  return undefined
}

/** Which vector is the gain, and which the bias. */
const pairs = (vectors: readonly string[]): readonly (readonly [string, string])[] => [
  ...vectors.flatMap((gain) => vectors.filter((bias) => bias !== gain).map((bias) => [gain, bias] as const)),
  ...vectors.map((gain) => [gain, ""] as const),
]

const filled = (width: number, value: number): Numbers => numbers("float", [width], new Float64Array(width).fill(value))

/** A row of ordinary numbers and a small one, in which epsilon counts. */
const rowsOf = (width: number, rank: number): Numbers =>
  numbers(
    "float",
    [...new Array(rank - 2).fill(1), 2, width],
    Float64Array.from(
      { length: 2 * width },
      (_, i) => Math.sin(i * 1.7 + 0.3) * (i < width ? 1 : 1e-4) + (i < width ? 0.4 : 0),
    ),
  )
