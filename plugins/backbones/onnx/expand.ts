/** Operators of onnxruntime's own domain, as optimised exports have them, in standard ones. */
import { numbers } from "./numbers.ts"
import type { Attribute, Node } from "./read.ts"

type Rule = (node: Node) => readonly Node[]

const OWN = "com.microsoft."

const part = (
  node: Node,
  op: string,
  inputs: readonly string[],
  output: string,
  attributes: Node["attributes"] = {},
): Node => ({
  op,
  name: node.name,
  inputs,
  outputs: [output],
  attributes,
})

/** A value between two parts of a node. */
const between = ({ outputs }: Node, what: string): string => `${outputs[0]}/${what}`

const renamed =
  (op: string, attributes: Node["attributes"] = {}): Rule =>
  (node) => [{ ...node, op, attributes: { ...node.attributes, ...attributes } }]

/** x plus a bias that may be left out, into a GELU. */
const biased =
  (attributes: Readonly<Record<string, Attribute>>): Rule =>
  (node) => {
    const [x, bias] = node.inputs
    if (!bias) return [part(node, "Gelu", [x], node.outputs[0], attributes)]
    const sum = between(node, "sum")
    return [part(node, "Add", [x, bias], sum), part(node, "Gelu", [sum], node.outputs[0], attributes)]
  }

/** norm(x + skip + bias); the last output is the sum itself. */
const skipping =
  (op: string): Rule =>
  (node) => {
    const [x, skip, gain, ...rest] = node.inputs
    const [beta, bias] = op === "LayerNormalization" ? rest : ["", rest[0]]
    const sum = node.outputs[3] || between(node, "sum")
    const plain = between(node, "plain")
    return [
      ...(bias
        ? [part(node, "Add", [x, skip], plain), part(node, "Add", [plain, bias], sum)]
        : [part(node, "Add", [x, skip], sum)]),
      part(node, op, beta ? [sum, gain, beta] : [sum, gain], node.outputs[0], {
        axis: -1,
        epsilon: node.attributes.epsilon ?? 1e-12,
      }),
    ]
  }

const quickGelu: Rule = (node) => {
  const [scale, scaled, gate] = ["scale", "scaled", "gate"].map((what) => between(node, what))
  const alpha = typeof node.attributes.alpha === "number" ? node.attributes.alpha : 1.702
  return [
    part(node, "Constant", [], scale, { value: numbers("float", [], [alpha]) }),
    part(node, "Mul", [node.inputs[0], scale], scaled),
    part(node, "Sigmoid", [scaled], gate),
    part(node, "Mul", [node.inputs[0], gate], node.outputs[0]),
  ]
}

const rules: Readonly<Record<string, Rule>> = {
  [`${OWN}Gelu`]: renamed("Gelu"),
  [`${OWN}BiasGelu`]: biased({}),
  [`${OWN}FastGelu`]: biased({ approximate: "tanh" }),
  [`${OWN}QuickGelu`]: quickGelu,
  [`${OWN}LayerNormalization`]: renamed("LayerNormalization"),
  [`${OWN}SimplifiedLayerNormalization`]: renamed("RMSNormalization"),
  SimplifiedLayerNormalization: renamed("RMSNormalization"),
  [`${OWN}SkipLayerNormalization`]: skipping("LayerNormalization"),
  [`${OWN}SkipSimplifiedLayerNormalization`]: skipping("RMSNormalization"),
}

export const expanded = (nodes: readonly Node[]): readonly Node[] =>
  nodes.flatMap((node) => rules[node.op]?.(node) ?? [node])
