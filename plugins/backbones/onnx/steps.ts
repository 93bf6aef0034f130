/** Nodes as steps: what says how a node works is taken into the step, what it works on is read. */
import type { Dim, HostTensor } from "../../../src/plugin/index.ts"
import type { Draft } from "./draft.ts"
import { located } from "./evaluate.ts"
import type { Places, Setting, Step } from "./graph.ts"
import { axisOf, numberOf } from "./kernels/kernel.ts"
import { cutsOf, partsOf } from "./kernels/movement.ts"
import { reducedAxes } from "./kernels/reducing.ts"
import { type Operands, operandsOf } from "./operands.ts"
import type { Node } from "./read.ts"
import { dimOf, SAMPLES, type Sample } from "./samples.ts"

/** A step of a node; where it does not say so, its result is that of the node. */
interface Piece {
  readonly op: string
  readonly inputs: readonly string[]
  readonly settings?: Step["settings"]
  readonly output?: string
  readonly shape?: readonly Dim[]
}

interface Writing {
  readonly draft: Draft
  readonly node: Node
  readonly site?: string
  readonly read: Operands["read"]
}

export const stepsOf = (
  draft: Draft,
  { at }: Places,
  longest: Sample,
): { readonly steps: readonly Step[]; readonly weights: Readonly<Record<string, HostTensor>> } => {
  const steps: Step[] = []
  const { weights, read } = operandsOf(draft, longest, (step) => steps.push(step))
  for (const node of draft.nodes) {
    const site = at.get(node.outputs[0])
    const pieces = located(node, () => (special[node.op] ?? plain)({ draft, node, read, ...(site ? { site } : {}) }))
    for (const { op, inputs, settings = {}, output = node.outputs[0], shape = draft.dims(output) } of pieces)
      steps.push({ op, node: node.name, inputs, output, shape, settings, ...(site ? { site } : {}) })
  }
  return { steps, weights }
}

/** How many of the inputs are worked on; the others are shapes, axes, sizes. */
const WORKED_ON: Readonly<Record<string, number>> = Object.fromEntries(
  ["Expand", "ReduceMax", "ReduceMean", "ReduceSum", "Reshape", "Squeeze", "Unsqueeze"].map((op) => [op, 1]),
)

const plain = ({ draft, node, read }: Writing): readonly Piece[] => {
  const rank = draft.dims(node.outputs[0]).length
  const inputs = node.inputs.slice(0, WORKED_ON[node.op] ?? node.inputs.length).filter((name) => name !== "")
  const settings: Record<string, Setting> = {}
  for (const [name, value] of Object.entries(node.attributes))
    if (typeof value !== "object" || !("dtype" in value)) settings[name] = value
  return [{ op: node.op, inputs: inputs.map((name) => read(name, node, rank)), settings }]
}

/** The same with settings that the node leaves open, or has as an input. */
const filled =
  (more: (writing: Writing, rank: number) => Step["settings"]) =>
  (writing: Writing): readonly Piece[] =>
    plain(writing).map((piece) => {
      const rank = writing.draft.dims(writing.node.inputs[0]).length
      return { ...piece, settings: { ...more(writing, rank), ...piece.settings } }
    })

const reduction = filled(({ draft, node }, rank) => ({ keepdims: 1, axes: reducedAxes(callAt(draft, node), rank) }))
const transpose = filled((_, rank) => ({ perm: Array.from({ length: rank }, (__, axis) => rank - 1 - axis) }))
const reshape = (writing: Writing): readonly Piece[] => plain(writing).map((piece) => ({ ...piece, op: "Reshape" }))

/** A layer with weights under the names of its site. */
const layer = ({ node, site, read }: Writing): readonly Piece[] => {
  const [x, weight, bias] = node.inputs
  const named = (value: string, part: string) => read(value, node, 0, site ? `${site}.${part}` : undefined)
  const inputs = [x, named(weight, "weight"), ...(bias ? [named(bias, "bias")] : [])]
  return [{ op: node.op, inputs, settings: node.attributes as Step["settings"] }]
}

/** Rows of a table, or one place of an axis. */
const gather = ({ draft, node, read }: Writing): readonly Piece[] => {
  const [x, indices] = node.inputs
  if (draft.known(x)) return [{ op: "Embed", inputs: [read(x, node, 0, "embeddings.word")] }]
  const index = draft.constant(indices)
  const dims = draft.dims(x)
  if (index?.data.length !== 1) throw new RangeError("only one constant place of an axis is gathered")
  const axis = axisOf(numberOf(node.attributes.axis, 0), dims.length)
  const [place, size] = [index.data[0], dims[axis]]
  const start = place < 0 && typeof size === "number" ? place + size : place
  const part = `${node.outputs[0]}/part`
  const settings = { axis, start, end: start + 1 }
  return [
    { op: "Slice", inputs: [x], settings, output: part, shape: dims.with(axis, 1) },
    { op: "Reshape", inputs: [part] },
  ]
}

const slice = ({ draft, node }: Writing): readonly Piece[] => {
  const [x] = node.inputs
  const cuts = SAMPLES.map((sample) => cutsOf(callAt(draft, node, sample), draft.shapeAt(x, sample)))
  let [from, shape] = [x, draft.dims(x)]
  return cuts[0].map(({ axis, step }, i) => {
    if (step !== 1) throw new RangeError("only neighbours are cut out")
    const each = (part: (cut: { start: number; count: number }) => number) => dimOf(cuts.map((cut) => part(cut[i])))
    const inputs = [from]
    from = i === cuts[0].length - 1 ? node.outputs[0] : `${node.outputs[0]}/cut ${i}`
    shape = shape.with(
      axis,
      each(({ count }) => count),
    )
    const settings = { axis, start: each(({ start }) => start), end: each(({ start, count }) => start + count) }
    return { op: "Slice", inputs, settings, output: from, shape }
  })
}

const split = ({ draft, node }: Writing): readonly Piece[] => {
  const shape = draft.shapeAt(node.inputs[0], SAMPLES[0])
  const axis = axisOf(numberOf(node.attributes.axis, 0), shape.length)
  let start = 0
  return partsOf(callAt(draft, node), shape[axis]).flatMap((size, i) => {
    const settings = { axis, start, end: start + size }
    start += size
    return node.outputs[i] ? [{ op: "Slice", inputs: [node.inputs[0]], settings, output: node.outputs[i] }] : []
  })
}

const special: Readonly<Record<string, (writing: Writing) => readonly Piece[]>> = {
  Flatten: reshape,
  Gather: gather,
  Linear: layer,
  Norm: layer,
  ReduceMax: reduction,
  ReduceMean: reduction,
  ReduceSum: reduction,
  Reshape: reshape,
  Slice: slice,
  Split: split,
  Squeeze: reshape,
  Transpose: transpose,
  Unsqueeze: reshape,
}

const callAt = (draft: Draft, { inputs, attributes, outputs }: Node, sample = SAMPLES[0]) => ({
  inputs: inputs.map((name) => (name === "" ? undefined : draft.known(name)?.at(sample))),
  attributes,
  outputs: outputs.length,
})
