/** Activations: functions of one number that are GELU, its tanh form, SiLU or ReLU at many points. Node `Activation`. */
import { type Draft, evaluatedStretch, scalarIn } from "../draft.ts"
import { computed } from "../kernels/index.ts"
import { type Numbers, numbers } from "../numbers.ts"
import type { Node } from "../read.ts"
import { apart, NEAR, needed, replaced, stretchFrom } from "./stretch.ts"

const POINTWISE = new Set([
  "Abs",
  "Add",
  "Div",
  "Erf",
  "Exp",
  "Gelu",
  "Max",
  "Min",
  "Mul",
  "Neg",
  "Pow",
  "Reciprocal",
  "Relu",
  "Sigmoid",
  "Sqrt",
  "Sub",
  "Tanh",
])
/** Every activation has one of these inside. */
const ANCHORS = new Set(["Erf", "Gelu", "Sigmoid", "Tanh", "Relu", "Exp"])

const points = numbers(
  "float",
  [161],
  Float64Array.from({ length: 161 }, (_, i) => (i - 80) / 10),
)
const of = (op: string, x: Numbers, attributes: Node["attributes"] = {}): Numbers =>
  computed(op, { inputs: [x], attributes, outputs: 1 })[0]

/** By the names that activations have in the contract. */
const activations: Readonly<Record<string, Numbers>> = {
  gelu: of("Gelu", points),
  gelu_new: of("Gelu", points, { approximate: "tanh" }),
  silu: { ...points, data: points.data.map((x) => x / (1 + Math.exp(-x))) },
  relu: of("Relu", points),
}

export const withActivations = (draft: Draft): Draft =>
  draft.nodes
    .filter(({ op }) => ANCHORS.has(op))
    .reduce((sofar, anchor) => (sofar.nodes.includes(anchor) ? folded(sofar, anchor) : sofar), draft)

const folded = (draft: Draft, anchor: Node): Draft => {
  for (const x of above(draft, anchor)) {
    const pointwise = (node: Node) =>
      POINTWISE.has(node.op) && node.inputs.every((name) => !draft.known(name) || scalarIn(draft, name) !== undefined)
    const stretch = stretchFrom(draft, x, pointwise)
    const values = evaluatedStretch(draft, stretch, new Map([[x, points]]))
    for (const { name, outputs } of stretch.toReversed()) {
      const result = values.get(outputs[0]) as Numbers
      const kind = Object.keys(activations).find((one) => apart(result.data, activations[one].data) < NEAR)
      if (kind === undefined || !needed(stretch, outputs[0]).includes(anchor)) continue
      return replaced(draft, { op: "Activation", name, inputs: [x], outputs, attributes: { kind } })
    }
  }
  return draft
}

/** Values of one variable that an anchor is computed from, the furthest first. */
const above = (draft: Draft, anchor: Node): readonly string[] => {
  const variables = ({ inputs }: Node): readonly string[] => [...new Set(inputs.filter((name) => !draft.known(name)))]
  let found: readonly string[] = []
  let node: Node | undefined = anchor
  while (node && (node === anchor || POINTWISE.has(node.op))) {
    // x (1 + c x^2) reads x beside its powers: any of them may be the variable
    const more = variables(node)
    found = [...more.filter((name) => !found.includes(name)), ...found]
    node = more.length === 1 ? draft.maker(more[0]) : undefined
  }
  return found
}
