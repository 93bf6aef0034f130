/** Where an attention enters and leaves a graph, seen from its softmax, and what lies between. */
import type { Dim } from "../../../../src/plugin/index.ts"
import type { Draft } from "../draft.ts"
import type { Node } from "../read.ts"
import { needed } from "./stretch.ts"

const PARTS = new Set([
  "Add",
  "Cast",
  "Div",
  "Expand",
  "Flatten",
  "IsNaN",
  "MatMul",
  "Mul",
  "Reshape",
  "Softmax",
  "Squeeze",
  "Sub",
  "Transpose",
  "Unsqueeze",
  "Where",
])

/** Where the parts of an attention enter and leave. */
export interface Ends {
  readonly q: string
  readonly k: string
  readonly v: string
  readonly softmax: Node
  readonly out: string
  readonly heads: number
}

export const endsOf = (draft: Draft, softmax: Node): Ends | undefined => {
  const score = above(draft, softmax.inputs[0])
  const mix = below(draft, softmax.outputs[0])
  if (!score || !mix) return undefined
  const heads = headsOf(draft.dims(softmax.outputs[0]))
  const [q, k] = score.inputs.map((value) => sourceOf(draft, value))
  const v = sourceOf(draft, mix.inputs[1])
  const out = joined(draft, mix.outputs[0])
  return heads && q && k && v && out ? { q, k, v, softmax, out, heads } : undefined
}

/** The product of two values that depend on the texts from which the scores come. */
const above = (draft: Draft, value: string): Node | undefined => {
  const node = draft.maker(value)
  if (!node || !PARTS.has(node.op)) return undefined
  if (node.op === "MatMul") return node.inputs.some((name) => draft.known(name)) ? undefined : node
  const [variable, ...others] = node.inputs.filter((name) => name !== "" && !draft.known(name))
  return variable && others.length === 0 ? above(draft, variable) : undefined
}

/** The product of the weights with the values. */
const below = (draft: Draft, weights: string): Node | undefined => {
  for (const node of draft.readers(weights)) {
    if (node.op === "MatMul") return node.inputs[0] === weights && !draft.known(node.inputs[1]) ? node : undefined
    const found = ["Where", "Cast", "Reshape", "Transpose"].includes(node.op)
      ? below(draft, node.outputs[0])
      : undefined
    if (found) return found
  }
  return undefined
}

/** The state, heads not yet set apart from the tokens, that a value is made of. */
const sourceOf = (draft: Draft, value: string): string | undefined => {
  const node = draft.maker(value)
  if (node && PARTS.has(node.op) && node.op !== "Softmax" && node.op !== "MatMul") {
    const [variable, ...others] = node.inputs.filter((name) => name !== "" && !draft.known(name))
    return others.length === 0 && variable ? sourceOf(draft, variable) : undefined
  }
  const dims = draft.dims(value)
  const state = dims[0] === "examples" && dims[1] === "length" && dims.slice(2).every((dim) => typeof dim === "number")
  return state && (dims.length === 3 || dims.length === 4) ? value : undefined
}

/** The first value below that is a state again. */
const joined = (draft: Draft, value: string): string | undefined => {
  const dims = draft.dims(value)
  if (dims.length === 3 && dims[0] === "examples" && dims[1] === "length" && typeof dims[2] === "number") return value
  const [reader, ...others] = draft.readers(value)
  return reader && others.length === 0 && ["Reshape", "Transpose", "Squeeze"].includes(reader.op)
    ? joined(draft, reader.outputs[0])
    : undefined
}

/** [examples, heads, length, length], or [examples * heads, length, length]. */
const headsOf = (dims: readonly Dim[]): number | undefined => {
  if (dims.at(-1) !== "length" || dims.at(-2) !== "length") return undefined
  if (dims.length === 4 && dims[0] === "examples") return typeof dims[1] === "number" ? dims[1] : undefined
  const factor = dims.length === 3 ? /^(?:(\d+)\*)?examples$/.exec(String(dims[0])) : null
  return factor ? Number(factor[1] ?? 1) : undefined
}

/** The nodes between, where all of them belong to an attention. */
export const between = (draft: Draft, from: readonly string[], to: string): readonly Node[] | undefined => {
  const inside = new Set(from)
  const stretch = draft.nodes.filter((node) => {
    const part = PARTS.has(node.op) && node.inputs.every((name) => name === "" || inside.has(name) || draft.known(name))
    if (part) for (const value of node.outputs) inside.add(value)
    return part
  })
  return inside.has(to) ? needed(stretch, to) : undefined
}
