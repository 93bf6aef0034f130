/** From the nodes of a file to the steps of a network: what is known is folded, what is recognised becomes one step. */
import { DataError, type HostTensor } from "../../../src/plugin/index.ts"
import { type Draft, draftOf } from "./draft.ts"
import { type Evaluated, evaluated, UNKNOWN_HELP } from "./evaluate.ts"
import { expanded } from "./expand.ts"
import type { Network, Places } from "./graph.ts"
import { numberOf } from "./kernels/kernel.ts"
import { rules } from "./nodes.ts"
import type { Node, OnnxFile } from "./read.ts"
import { withActivations } from "./recognise/activation.ts"
import { withAttention } from "./recognise/attention.ts"
import { withLinears } from "./recognise/linear.ts"
import { withNorms } from "./recognise/norm.ts"
import { withParts } from "./recognise/parts.ts"
import { withRotary } from "./recognise/rotary.ts"
import { type Feed, oneText, SAMPLES, type Sample } from "./samples.ts"
import { placesOf } from "./sites.ts"
import { stepsOf } from "./steps.ts"

export interface Folded extends Places {
  readonly network: Network
  readonly weights: Readonly<Record<string, HostTensor>>
  /** The most tokens of a text that the graph has room for. */
  readonly longest: number
  readonly width: number
  /** Rows of the table of token embeddings. */
  readonly vocabulary: number
}

export interface FoldSettings {
  readonly feeds: ReadonlyMap<string, Feed>
  readonly output: string
  readonly pad: number
  readonly maxTokens: number
  readonly passes?: readonly Pass[]
}

/** Recognises parts of a graph; `longest`: one text of the largest length. */
export type Pass = (draft: Draft, longest: Sample) => Draft

/** In this order: what one leaves is what the next one finds. */
export const PASSES: readonly Pass[] = [withLinears, withParts, withNorms, withActivations, withRotary, withAttention]

export const fold = (file: OnnxFile, { feeds, output, pad, maxTokens, passes = PASSES }: FoldSettings): Folded => {
  const nodes = expanded(file.nodes)
  const values = evaluated({ ...file, nodes }, feeds, pad)
  const whole = withoutIdentities(draftOf(nodes, output, values))
  refuseQuantised(whole)
  refuseUnknown(whole)
  const longest = oneText(longestText(whole, values, maxTokens))
  const draft = passes.reduce((sofar, pass) => pass(sofar, longest), whole)
  const places = placesOf(draft)
  const { steps, weights } = stepsOf(draft, places, longest)
  const word = draft.nodes.find(({ op }) => op === "Gather") as Node | undefined
  return {
    ...places,
    network: { steps, marks: places.marks, output },
    weights,
    longest: longest.length,
    width: draft.dims(output).at(-1) as number,
    vocabulary: word ? (draft.constant(word.inputs[0])?.shape[0] ?? 0) : 0,
  }
}

/** Nodes that change nothing between floats, and guards against rows without any token, which no batch of ours has. */
const withoutIdentities = (draft: Draft): Draft => {
  const same = new Map<string, string>()
  const of = (value: string): string => same.get(value) ?? value
  const nodes = draft.nodes.flatMap((node) => {
    const inputs = node.inputs.map(of)
    const [x, , otherwise] = inputs
    const guarded =
      node.op === "Where" && draft.maker(x)?.op === "IsNaN" && of(draft.maker(x)?.inputs[0] as string) === otherwise
    const plain = ["Identity", "Dropout", "Cast", "CastLike"].includes(node.op) && node.outputs[0] !== draft.output
    if (guarded || (plain && floats(node))) {
      same.set(node.outputs[0], guarded ? otherwise : x)
      return []
    }
    return [{ ...node, inputs }]
  })
  return draft.with(nodes)
}

/** Casts between float types are none here: everything is computed in the precision of the backend. */
const floats = ({ op, attributes }: Node): boolean =>
  op !== "Cast" || [1, 10, 11, 16].includes(numberOf(attributes.to, 0))

const QUANTISED =
  /^(com\.microsoft\.)?(QLinear\w+|QGemm|QAttention|MatMulInteger\w*|ConvInteger|DynamicQuantize\w+|QuantizeLinear|DequantizeLinear|MatMulNBits|MatMulBnb4)$/

const refuseQuantised = (draft: Draft): void => {
  const found = draft.nodes.filter(({ op }) => QUANTISED.test(op))
  if (found.length === 0) return
  const [first] = found
  const kinds = [...new Set(found.map(({ op }) => op))].join(", ")
  throw new DataError(
    `the model computes with quantised numbers: ${kinds}, first in the node ${first.name}`,
    "take the float32 (or float16) file of the same model; constants behind DequantizeLinear are read, quantised activations are not",
  )
}

/** What is folded into other operators, or into how they work. */
const FOLDED = new Set([
  "Flatten",
  "Gather",
  "Gelu",
  "Gemm",
  "LayerNormalization",
  "RMSNormalization",
  "Split",
  "Squeeze",
  "Unsqueeze",
])

const refuseUnknown = (draft: Draft): void => {
  const found = draft.nodes.filter(({ op }) => !rules[op] && !FOLDED.has(op))
  if (found.length === 0) return
  const kinds = [...new Set(found.map(({ op }) => op))]
  throw new DataError(
    `the node ${found[0].name} uses the operator ${kinds[0]}, which the backbone onnx does not compute${kinds.length > 1 ? `; nor does it compute ${kinds.slice(1).join(", ")}` : ""}`,
    UNKNOWN_HELP,
  )
}

/** The longest text for which every shape and every known number can be computed, up to what is wanted. */
const longestText = (draft: Draft, { known }: Evaluated, wanted: number): number => {
  const fits = (length: number): boolean => {
    const sample = oneText(length)
    try {
      for (const { inputs, outputs } of draft.nodes) {
        for (const name of inputs) if (known.get(name)?.fixed === false) known.get(name)?.at(sample)
        for (const name of outputs) if (name !== "") draft.shapeAt(name, sample)
      }
      return true
    } catch (error) {
      if (error instanceof DataError || error instanceof RangeError) return false
      throw error
    }
  }
  for (const sample of SAMPLES)
    for (const { outputs } of draft.nodes) for (const name of outputs) if (name !== "") draft.shapeAt(name, sample)
  if (fits(wanted)) return wanted
  let [low, high] = [Math.min(11, wanted), wanted]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (fits(middle)) low = middle
    else high = middle
  }
  return low
}
