/**
 * Layers that were exported as one: a product whose columns are set apart again (queries, keys and values; a gate and what
 * it opens) becomes a linear layer for each part. Which columns a part has shows when columns are numbered.
 */
import { type Draft, evaluatedStretch } from "../draft.ts"
import { countOf, type Numbers, numbers, whole } from "../numbers.ts"
import type { Node } from "../read.ts"
import { SAMPLES } from "../samples.ts"
import { needed, stretchFrom } from "./stretch.ts"

const MOVES = new Set(["Gather", "Reshape", "Slice", "Split", "Squeeze", "Transpose", "Unsqueeze"])
const CUTS = new Set(["Gather", "Slice", "Split"])

export const withParts = (draft: Draft): Draft =>
  draft.nodes.filter(({ op }) => op === "Linear").reduce(separated, draft)

/** A value that has some columns of a layer, in their order; `heads`: how they are set apart. */
interface Part {
  readonly value: string
  readonly columns: readonly number[]
  readonly heads?: { readonly count: number; readonly width: number; readonly turned: boolean }
}

const separated = (draft: Draft, layer: Node): Draft => {
  const [y] = layer.outputs
  const stretch = stretchFrom(draft, y, ({ op }) => MOVES.has(op))
  if (!stretch.some(({ op }) => CUTS.has(op)) || draft.dims(y).length !== 3) return draft
  const width = draft.dims(y)[2] as number
  const values = evaluatedStretch(draft, stretch, new Map([[y, numbered(width)]]))
  const inside = new Set(stretch)
  const ends = stretch.flatMap(({ outputs }) =>
    outputs.filter((value) => draft.readers(value).some((node) => !inside.has(node))),
  )
  const path = (value: string): readonly string[] => needed(stretch, value).flatMap(({ outputs }) => outputs)
  const outermost = ends.filter((value) => !ends.some((other) => other !== value && path(value).includes(other)))
  const cuts = stretch.flatMap((node) => (CUTS.has(node.op) ? node.outputs.filter((value) => value !== "") : []))
  const first = cuts.filter((value) => !cuts.some((other) => other !== value && before(stretch, value).includes(other)))
  const whole = ends.every((value) => path(value).some((one) => first.includes(one)))
  const partsAt = (found: readonly string[]) => found.map((value) => partOf(value, values.get(value) as Numbers, width))
  const last = partsAt(outermost)
  const parts = last.includes(undefined) && whole ? partsAt(first) : last
  const columns = parts.flatMap((part) => part?.columns ?? [])
  const all = columns.length === width && new Set(columns).size === width
  const direct = draft.readers(y).some((node) => !inside.has(node))
  return all && parts.length > 1 && !direct ? withNodes(draft, layer, parts as readonly Part[]) : draft
}

/** Values that come before one in a stretch, without those that the same node makes. */
const before = (stretch: readonly Node[], value: string): readonly string[] =>
  needed(stretch, value).flatMap(({ outputs }) => (outputs.includes(value) ? [] : outputs))

/** Column c of token t as the number t width + c. */
const numbered = (width: number): Numbers => {
  const shape = [SAMPLES[0].batch, SAMPLES[0].length, width]
  return numbers(
    "float",
    shape,
    Float64Array.from({ length: countOf(shape) }, (_, i) => i),
  )
}

const partOf = (value: string, { shape, data }: Numbers, width: number): Part | undefined => {
  const { batch, length } = SAMPLES[0]
  const turned = shape.length === 4 && shape[2] === length
  if (shape[0] !== batch || (shape[1] !== length && !turned) || shape.length > 4) return undefined
  const [count, each] = turned ? [shape[1], shape[3]] : [shape[2], shape[3] ?? 1]
  const place = (token: number, h: number, i: number) => {
    const [e, p] = [Math.floor(token / length), token % length]
    return turned ? ((e * count + h) * length + p) * each + i : (token * count + h) * each + i
  }
  const columns: number[] = []
  for (let h = 0; h < count; h++) for (let i = 0; i < each; i++) columns.push(data[place(0, h, i)])
  for (let token = 0; token < batch * length; token++)
    for (let c = 0; c < columns.length; c++)
      if (data[place(token, Math.floor(c / each), c % each)] !== token * width + columns[c]) return undefined
  return { value, columns, ...(shape.length === 4 ? { heads: { count, width: each, turned } } : {}) }
}

const withNodes = (draft: Draft, layer: Node, parts: readonly Part[]): Draft => {
  const [x, weight, bias] = layer.inputs
  const nodes = parts.flatMap(({ value, columns, heads }): readonly Node[] => {
    const constant = (name: string): string =>
      draft.add(`${name}/of ${value}`, chosen(draft.constant(name) as Numbers, columns))
    const shapeOf =
      (...rest: readonly number[]) =>
      ({ batch, length }: { batch: number; length: number }) => [batch, length, ...rest]
    const flat = heads ? draft.declare(`${value}/flat`, shapeOf(columns.length)) : value
    const inputs = [x, constant(weight), ...(bias ? [constant(bias)] : [])]
    const linear: Node = { ...layer, inputs, outputs: [flat] }
    if (!heads) return [linear]
    const { name } = layer
    const split = draft.add(`${value}/split`, whole([0, 0, heads.count, heads.width]))
    const apart = heads.turned ? draft.declare(`${value}/heads`, shapeOf(heads.count, heads.width)) : value
    const reshape: Node = { op: "Reshape", name, inputs: [flat, split], outputs: [apart], attributes: {} }
    if (!heads.turned) return [linear, reshape]
    return [
      linear,
      reshape,
      { op: "Transpose", name, inputs: [apart], outputs: [value], attributes: { perm: [0, 2, 1, 3] } },
    ]
  })
  const made = new Set(parts.map(({ value }) => value))
  return draft.with(
    draft.nodes.flatMap((node) =>
      node === layer ? nodes : node.outputs.some((value) => made.has(value)) ? without(node, made) : [node],
    ),
  )
}

/** A node whose outputs others make now; those that are left keep their places. */
const without = (node: Node, made: ReadonlySet<string>): readonly Node[] =>
  node.outputs.every((value) => value === "" || made.has(value))
    ? []
    : [{ ...node, outputs: node.outputs.map((value) => (made.has(value) ? "" : value)) }]

/** Some columns of a matrix, or of a vector. */
const chosen = ({ dtype, shape, data }: Numbers, columns: readonly number[]): Numbers => {
  const wide = shape[shape.length - 1]
  const rows = data.length / wide
  const result = new Float32Array(rows * columns.length)
  for (let r = 0; r < rows; r++) columns.forEach((c, i) => (result[r * columns.length + i] = data[r * wide + c]))
  return numbers(dtype, [...shape.slice(0, -1), columns.length], result)
}
